import { METRIC_WORDS, type TableMetric } from './metrics.ts';
import { format } from './preferences.ts';

/** Smaller changes are rounded to 0. */
const LEAST = 0.005;

interface ChangeProps {
  readonly metric: TableMetric;
  /** A fraction of the earlier value. */
  readonly change: number;
}

/** By how much a value has changed, and whether that is good. */
export function ChangeOf({ metric, change }: ChangeProps) {
  const isGood = METRIC_WORDS[metric].isBetterLow ? change < 0 : change > 0;
  const isSame = Math.abs(change) < LEAST;
  const tone = isSame ? '' : isGood ? 'good' : 'bad';
  return (
    <span class={`change ${tone}`}>
      <span aria-hidden="true">{isSame ? '→' : change > 0 ? '↗' : '↘'}</span> {format.change(change)}
    </span>
  );
}
