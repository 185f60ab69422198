import type { Stats } from '../api/answer-types.ts';
import type { Answer } from '../api/answers.ts';
import type { Metric } from '../view/view.ts';
import { show } from './address.ts';
import { ChangeOf } from './change-of.tsx';
import { METRIC_WORDS } from './metrics.ts';
import { format } from './preferences.ts';

interface TileProps {
  readonly metric: Metric;
  readonly answer: Answer<Stats>;
  readonly isChosen: boolean;
}

/** A figure of the period; a click charts it. */
export function MetricTile({ metric, answer: { data, error, isLoading }, isChosen }: TileProps) {
  const { name, say, isOfVisitors } = METRIC_WORDS[metric];
  const value = data?.totals[metric];
  const before = data?.comparison?.totals[metric];
  const change = data?.comparison?.change[metric];
  const tips = [
    isOfVisitors && data?.error !== undefined && `Estimated, ± ${format.percent(data.error)}`,
    isOfVisitors && typeof value === 'number' && data?.error === undefined && 'Exact count',
    typeof before === 'number' && `Previously ${say(before, data?.currency)}`,
    value === null &&
      data?.purged_before !== undefined &&
      `Unknown: hits before ${format.moment(data.purged_before)} are purged`,
    value === null &&
      data?.pending_since !== undefined &&
      `Visits since ${format.moment(data.pending_since)} are still being counted`,
    !data && error?.message,
  ].filter((tip) => typeof tip === 'string');
  return (
    <button
      type="button"
      class={isLoading && data ? 'tile tip stale' : 'tile tip'}
      aria-pressed={isChosen}
      {...(tips.length > 0 && { 'data-tip': tips.join(' · ') })}
      onClick={() => show({ metric })}
    >
      <span class="tile-name">{name}</span>
      <span class={data || error ? 'tile-value' : 'tile-value awaited'}>
        {typeof value === 'number' ? say(value, data?.currency) : '–'}
      </span>
      {typeof change === 'number' && <ChangeOf metric={metric} change={change} />}
      {metric === 'revenue' && data?.otherRevenue && (
        <span class="tile-others">
          and{' '}
          {Object.entries(data.otherRevenue)
            .map(([currency, amount]) => format.money(Number(amount), currency))
            .join(', ')}
        </span>
      )}
      {tips.length > 0 && <span class="hidden">{tips.join(', ')}</span>}
    </button>
  );
}
