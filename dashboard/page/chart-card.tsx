import { useMemo, useState } from 'preact/hooks';
import type { Stats } from '../api/answer-types.ts';
import { type Answer, useAnswer } from '../api/answers.ts';
import { statsQuery, visitsQuery } from '../api/queries.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { daysOf, intervalsOf, isGoingOn } from '../view/period.ts';
import { columnsOf } from '../view/series.ts';
import { METRICS, type Metric } from '../view/view.ts';
import { show, view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';
import { MetricTile } from './metric-tile.tsx';
import { METRIC_WORDS, VISIT_METRICS } from './metrics.ts';
import { Nothing } from './nothing.tsx';
import { SeriesDialog } from './series-dialog.tsx';

const Skeleton = <div class="plot-skeleton" aria-hidden="true" />;
/** The chart library is half of all code. */
const Chart = lazy(() => import('./chart.tsx').then((module) => module.Chart), Skeleton);

/** Figures of the period, and a chart of one of them. */
export function ChartCard() {
  const counted = useAnswer<Stats>(statsQuery(view.value, now.value));
  // Visits are counted hit by hit, so they come after the main figures.
  const visits = useAnswer<Stats>(
    counted.data && !counted.isLoading ? visitsQuery(view.value, now.value) : undefined,
  );
  const { metric } = view.value;
  const answerOf = (name: Metric) => (VISIT_METRICS.includes(name) ? visits : counted);
  const shown = answerOf(metric);
  return (
    <section class="card chart-card" aria-label="Figures of the period">
      <div class="tiles">
        {METRICS.map((name) => (
          <MetricTile key={name} metric={name} answer={answerOf(name)} isChosen={name === metric} />
        ))}
      </div>
      <ChartTools answer={shown} metric={metric} />
      <ChartPanel answer={shown} metric={metric} />
    </section>
  );
}

interface PanelProps {
  readonly answer: Answer<Stats>;
  readonly metric: Metric;
}

function ChartPanel({ answer: { data, error, isLoading }, metric }: PanelProps) {
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
  if (!data && error) return <Fault error={error} />;
  if (!data || !columns) return Skeleton;
  if (!isLoading && data.totals.hits === 0) return <Nothing />;
  const { name, say, isWhole } = METRIC_WORDS[metric];
  return (
    <div class={isLoading ? 'stale' : ''} aria-busy={isLoading}>
      <Chart
        {...{ name, say, isWhole, columns, timesBefore }}
        interval={data.interval}
        isGoingOn={isGoingOn(period, now.value)}
      />
    </div>
  );
}

function ChartTools({ answer: { data }, metric }: PanelProps) {
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
            <i class="key key-before" /> {compare === 'year' ? 'Previous year' : 'Previous period'}
          </span>
        )}
      </p>
      <Menu
        name={`By ${chosen}: interval`}
        label={`By ${chosen}`}
        choices={intervals.map((each) => ({ value: each, label: `By ${each}` }))}
        chosen={chosen}
        onChoose={(each) => show({ interval: each === known[0] ? undefined : each })}
        isQuiet
      />
      <button
        type="button"
        class="quiet"
        aria-label="As a table"
        disabled={!data}
        onClick={() => setTable(true)}
      >
        <Icon name="expand" />
      </button>
      {isTable && data && <SeriesDialog stats={data} onClose={() => setTable(false)} />}
    </div>
  );
}
