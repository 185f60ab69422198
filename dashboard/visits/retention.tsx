import { useAnswer } from '../api/answers.ts';
import { visitsQuery } from '../api/queries.ts';
import { show, view } from '../page/address.ts';
import { Answered } from '../page/answered.tsx';
import { now } from '../page/clock.ts';
import { Menu } from '../page/menu.tsx';
import { format } from '../page/preferences.ts';
import { startName } from '../text/period-name.ts';
import { GapNotes } from './gap-notes.tsx';
import type { RetentionAnswer } from './visit-answers.ts';

const INTERVALS = ['day', 'week', 'month'] as const;
/** Columns of the table: a screen shows no more. */
const MOST = 24;

/** How many visitors come back, by the interval of their first visit. */
export function Retention() {
  const { details } = view.value;
  const interval = INTERVALS.find((each) => each === details.cohorts) ?? 'week';
  const answer = useAnswer<RetentionAnswer>(visitsQuery('retention', view.value, now.value, { interval }));
  return (
    <section class="card retention" aria-labelledby="retention-name">
      <div class="section-head">
        <h2 id="retention-name">Returning visitors</h2>
        <Menu
          name={`By ${interval}`}
          label={`By ${interval}`}
          choices={INTERVALS.map((value) => ({ value, label: `By ${value}` }))}
          chosen={interval}
          onChoose={(cohorts) => show({ details: { cohorts } })}
          isQuiet
        />
      </div>
      <Answered answer={answer}>
        {(data) => (
          <>
            <Cohorts answer={data} interval={interval} isStale={answer.isLoading} />
            <GapNotes notes={data.meta.notes} />
          </>
        )}
      </Answered>
    </section>
  );
}

interface CohortsProps {
  readonly answer: RetentionAnswer;
  readonly interval: (typeof INTERVALS)[number];
  readonly isStale: boolean;
}

function Cohorts({ answer: { cohorts }, interval, isStale }: CohortsProps) {
  const width = Math.min(MOST, Math.max(0, ...cohorts.map(({ returned }) => returned.length)));
  const columns = Array.from({ length: width }, (_, at) => at);
  return (
    <div class="scrolled">
      <table class={isStale ? 'stale' : ''} aria-busy={isStale}>
        <thead>
          <tr>
            <th scope="col">{interval === 'week' ? 'First visit, week of' : 'First visit'}</th>
            <th scope="col">Visitors</th>
            {columns.map((at) => (
              <th key={at} scope="col">
                {at === 0 ? `Same ${interval}` : `+${at}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cohorts.map(({ time, visitors, returned }) => (
            <tr key={time}>
              <th scope="row">{startName(Date.parse(time), interval, format.locales)}</th>
              <td class="number">{visitors === null ? '–' : format.short(visitors)}</td>
              {columns.map((at) => (
                <Share key={at} count={at < returned.length ? returned[at] : undefined} whole={visitors} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** @param count undefined after the end of the period, null if unknown */
function Share({
  count,
  whole,
}: {
  readonly count: number | null | undefined;
  readonly whole: number | null;
}) {
  if (count === undefined) return <td />;
  if (count === null || !whole) return <td class="quiet-text">–</td>;
  return (
    <td class="share" style={{ '--share': count / whole }}>
      {/* Focusable, so that the table can be scrolled by keyboard. */}
      <button type="button" class="plain" title={format.count(count, 'visitor')}>
        {format.percent(count / whole)}
        <span class="hidden">, {format.count(count, 'visitor')}</span>
      </button>
    </td>
  );
}
