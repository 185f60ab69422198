import { useEffect } from 'preact/hooks';
import type { Live } from '../api/answer-types.ts';
import { isConnected } from '../api/connection.ts';
import { live, liveFault, openLiveFeed } from '../api/live-feed.ts';
import { type Slice, STOPS, slices, slicesOf, stopOf, windowsWord } from '../view/sliding-window.ts';
import { type Usual as Hours, verdictOf } from '../view/usual.ts';
import { view } from './address.ts';
import { format, windowSeconds } from './preferences.ts';
import { useUsual } from './usual-hour.ts';

/** Live counts: a window of selectable length that ends now and moves every second. */
export function NowCard() {
  const { site, filters } = view.value;
  const seconds = windowSeconds.value;
  useEffect(() => openLiveFeed(site, windowsWord(slicesOf(seconds))), [site, seconds]);
  // Those of another site are not shown as those of this one.
  useEffect(
    () => () => {
      live.value = undefined;
    },
    [site],
  );
  const answer = live.value;
  const window = answer?.windows.at(-1);
  const usual = useUsual(site);
  const isAway = !isConnected.value || answer?.stale_since !== undefined;
  return (
    <section class="card now" aria-label="Now">
      <div class="now-figures">
        <p class={isAway ? 'now-title away' : 'now-title'}>
          <span class={isOddSecond(answer?.at) ? 'dot dim' : 'dot'} aria-hidden="true" />
          {isAway ? 'Reconnecting…' : 'Now'}
        </p>
        {liveFault.value !== undefined && !window ? (
          <p class="quiet-text">{liveFault.value}</p>
        ) : (
          <dl>
            <Figure
              name={window?.visitors === 1 ? 'visitor' : 'visitors'}
              value={window && format.short(window.visitors)}
              tip={window && `Estimated: ± ${format.percent(window.error)}`}
            />
            <Figure name={window?.hits === 1 ? 'hit' : 'hits'} value={window && format.short(window.hits)} />
            <Figure name="hits per second" value={window && format.rate(window.hits_per_second)} />
          </dl>
        )}
        {answer && window && usual && !isAway && <Usual {...{ usual, window }} end={new Date(answer.at)} />}
      </div>
      <div class="now-chart">
        <Bars slices={slices(answer?.windows ?? [])} />
        <label class="slider">
          <span>
            in the last <output>{format.window(seconds)}</output>
            {filters.length > 0 && <span class="quiet-text"> · filters do not apply</span>}
          </span>
          <input
            type="range"
            min={0}
            max={STOPS.length - 1}
            value={stopOf(seconds)}
            aria-label="Time window"
            aria-valuetext={format.window(seconds)}
            onInput={({ currentTarget }) => {
              windowSeconds.value = STOPS[Number(currentTarget.value)]!;
            }}
          />
        </label>
      </div>
    </section>
  );
}

function isOddSecond(time: string | undefined): boolean {
  return time !== undefined && new Date(time).getUTCSeconds() % 2 === 1;
}

interface UsualProps {
  readonly usual: Hours;
  readonly window: Live['windows'][number];
  /** Of the window. */
  readonly end: Date;
}

/** Hits of an hour that are not 0.00 per second. */
const LEAST_RATE = 18;
const VERDICTS = {
  busier: 'Far more hits than usual.',
  quieter: 'Far fewer hits than usual.',
} as const;

/** What is usual at this hour, and whether now is far from that. */
function Usual({ usual, window, end }: UsualProps) {
  const { hits, visitors } = usual.hour;
  const verdict = verdictOf(window, usual, end);
  return (
    <p class="usual">
      {verdict && <b class={verdict}>{VERDICTS[verdict]} </b>}
      <span title="Mean of the same hour and weekday in the last four weeks">
        Usual at this hour: {format.count(Math.round(visitors), 'visitor')} and{' '}
        {format.count(Math.round(hits), 'hit')} an hour
        {hits >= LEAST_RATE && `, ${format.rate(hits / 3600)} per second`}
      </span>
    </p>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly tip?: string | undefined;
}

function Figure({ name, value, tip }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {tip === undefined ? (
          (value ?? '–')
        ) : (
          <button type="button" class="tip plain" data-tip={tip}>
            {value}
            <span class="hidden">, {tip}</span>
          </button>
        )}
      </dd>
    </div>
  );
}

/** Hits of the window, oldest first. */
function Bars({ slices }: { readonly slices: readonly Slice[] }) {
  const most = Math.max(...slices.map(({ hitsPerSecond }) => hitsPerSecond), Number.MIN_VALUE);
  return (
    <div class="bars" aria-hidden="true">
      {slices.map(({ end, seconds, hits, hitsPerSecond }) => (
        <span
          key={end}
          title={`${format.count(hits, 'hit')} in ${format.window(seconds)}`}
          style={{ '--height': `${(100 * hitsPerSecond) / most}%` }}
        />
      ))}
    </div>
  );
}
