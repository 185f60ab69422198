import { useCallback, useMemo, useState } from 'preact/hooks';
import type { Stats } from '../api/answer-types.ts';
import type { Answer } from '../api/answers.ts';
import { joined } from '../api/figures.ts';
import { comparisonName } from '../text/period-name.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { daysOf, intervalsOf, isGoingOn } from '../view/period.ts';
import { columnsOf } from '../view/series.ts';
import { spikesOf } from '../view/spikes.ts';
import type { Metric } from '../view/view.ts';
import { show, view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { IconButton } from './icon-button.tsx';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';
import { MetricTile } from './metric-tile.tsx';
import { METRIC_WORDS } from './metrics.ts';
import { type Note, Notes, useNotes } from './notes.tsx';
import { format, tiles } from './preferences.ts';
import type { SpikesProps } from './spikes.tsx';
import { useFigures } from './view-figures.ts';

const SeriesDialog = lazy(() => import('./series-dialog.tsx').then((module) => module.SeriesDialog));
const TilesDialog = lazy(() => import('./tiles-dialog.tsx').then((module) => module.TilesDialog));
const Nothing = lazy(
  () => import('./nothing.tsx').then((module) => module.Nothing),
  <div class="nothing-here" />,
);
const Spikes = lazy<SpikesProps>(() => import('./spikes.tsx').then((module) => module.Spikes));
const Skeleton = <div class="plot-skeleton" aria-hidden="true" />;
/** The chart library is half of all code. */
const Chart = lazy(() => import('./chart.tsx').then((module) => module.Chart), Skeleton);

/** Figures of the period, and a chart of one of them. */
export function ChartCard() {
  const { metric } = view.value;
  const [isChoosing, setChoosing] = useState(false);
  // A shared link may chart a metric that has no tile.
  const shownTiles = tiles.value.includes(metric) ? tiles.value : [...tiles.value, metric];
  const answerOf = useFigures(shownTiles.includes('visitors') ? shownTiles : [...shownTiles, 'visitors']);
  const shown = answerOf(metric);
  const visitors = answerOf('visitors');
  const isEmpty = !visitors.isLoading && visitors.data?.totals.visitors === 0;
  const notes = useNotes();
  return (
    <section class="card chart-card" aria-label="Metrics of the period">
      <div class="tiles">
        {shownTiles.map((name) => (
          <MetricTile key={name} metric={name} answer={answerOf(name)} isChosen={name === metric} />
        ))}
      </div>
      <ChartTools
        answer={shown}
        answers={shownTiles.map(answerOf)}
        metric={metric}
        onChooseTiles={() => setChoosing(true)}
      />
      <ChartPanel answer={shown} metric={metric} notes={notes} isEmpty={isEmpty} />
      {view.value.site !== '' && <Notes notes={notes} />}
      {isChoosing && <TilesDialog onClose={() => setChoosing(false)} />}
    </section>
  );
}

interface PanelProps {
  readonly answer: Answer<Stats>;
  readonly metric: Metric;
}

interface ChartProps extends PanelProps {
  /** Whether the period has no visitors. */
  readonly isEmpty: boolean;
  readonly notes: readonly Note[];
}

function ChartPanel({ answer: { data, error, isLoading }, metric, notes, isEmpty }: ChartProps) {
  const { period } = view.value;
  const today = localDate(now.value);
  const days = daysOf(period, today);
  const columns = useMemo(() => {
    if (!data) return undefined;
    const isWhole = period.kind === 'day' || period.kind === 'month' || period.kind === '12mo';
    const until = days && isWhole ? new Date(`${addDays(days.last, 1)}T00:00:00`) : undefined;
    return columnsOf(
      data.series,
      data.comparison?.series ?? [],
      metric,
      data.interval,
      isLoading ? undefined : until,
    );
  }, [data, metric, isLoading]);
  const timesBefore = useMemo(
    () => (data?.comparison?.series ?? []).map(({ time }) => Date.parse(time)),
    [data?.comparison],
  );
  const { name, say: sayNumber, sayRound = sayNumber, unit } = METRIC_WORDS[metric];
  const spikes = useMemo(
    () => (columns && unit === 'count' ? spikesOf(columns.values, data?.interval) : []),
    [columns, unit, data?.interval],
  );
  const currency = data?.currency;
  const say = (value: number) => sayNumber(value, currency);
  const sayTick = useCallback((value: number) => sayRound(value, currency), [sayRound, currency]);
  if (!data && error) return <Fault error={error} />;
  if (!data || !columns) return Skeleton;
  if (!isLoading && isEmpty) return <Nothing />;
  return (
    <div class={isLoading ? 'stale' : ''} aria-busy={isLoading}>
      <Chart
        {...{ name, say, unit, columns, timesBefore, notes, spikes }}
        sayRound={sayTick}
        interval={data.interval}
        isGoingOn={isGoingOn(period, now.value)}
      />
      {spikes.length > 0 && (
        <Spikes {...{ spikes, name, say }} times={columns.times} interval={data.interval} />
      )}
    </div>
  );
}

interface ToolsProps extends PanelProps {
  /** Those of all tiles. */
  readonly answers: readonly Answer<Stats>[];
  readonly onChooseTiles: () => void;
}

function ChartTools({ answer: { data }, answers, metric, onChooseTiles }: ToolsProps) {
  const [isTable, setTable] = useState(false);
  const { period, interval, compare } = view.value;
  const known = intervalsOf(period, localDate(now.value));
  const intervals = known.length > 0 ? known : (['day', 'week', 'month'] as const);
  const chosen = interval ?? data?.interval ?? intervals[0];
  return (
    <div class="chart-tools">
      <p class="keys">
        <span>
          <i class="key" /> {METRIC_WORDS[metric].name}
        </span>
        {compare !== 'none' && data?.comparison && (
          <span>
            <i class="key key-before" /> {comparisonName(compare, format.locales)}
          </span>
        )}
      </p>
      <Menu
        name={`Interval: by ${chosen}`}
        label={`By ${chosen}`}
        choices={intervals.map((each) => ({ value: each, label: `By ${each}` }))}
        chosen={chosen}
        onChoose={(each) => show({ interval: each === known[0] ? undefined : each })}
        isQuiet
      />
      <IconButton icon="gear" label="Choose metrics" onClick={onChooseTiles} />
      <IconButton icon="expand" label="Show as a table" disabled={!data} onClick={() => setTable(true)} />
      {isTable && data && (
        <SeriesDialog
          stats={answers.reduce((stats, each) => (each.data ? joined(stats, each.data) : stats), data)}
          onClose={() => setTable(false)}
        />
      )}
    </div>
  );
}
