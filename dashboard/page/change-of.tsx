import { METRIC_WORDS, type TableMetric } from './metrics.ts';
import { format } from './preferences.ts';

/** Smaller changes are neither good nor bad. */
const LEAST = 0.005;

interface ChangeProps {
  readonly metric: TableMetric;
  /** A fraction of the earlier value. */
  readonly change: number;
}

/** By how much a value has changed, and whether that is good. */
export function ChangeOf({ metric, change }: ChangeProps) {
  const isGood = METRIC_WORDS[metric].isBetterLow ? change < 0 : change > 0;
  const tone = Math.abs(change) < LEAST ? '' : isGood ? 'good' : 'bad';
  return (
    <span class={`change ${tone}`}>
      <span aria-hidden="true">{change > 0 ? '↗' : change < 0 ? '↘' : '→'}</span> {format.change(change)}
    </span>
  );
}
