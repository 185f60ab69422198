/** Metrics of responses, which only access logs have: of hits without them, a metric is null and never 0. */
import type { Metric } from './query.ts';

/** SQL: whether size and duration of a response are known. */
const SIZED = 'h.bytes >= 0';
const TIMED = 'h.response_time >= 0';

/** SQL: what a hit must have for each metric. */
const NEEDED: ReadonlyMap<Metric, string> = new Map([
  ['bandwidth', SIZED],
  ['response_time_p50', TIMED],
  ['response_time_p95', TIMED],
]);

const SHARES: ReadonlyMap<Metric, number> = new Map([
  ['response_time_p50', 0.5],
  ['response_time_p95', 0.95],
]);

/** SQL: what a hit must have to count for a metric of responses; undefined for other metrics. */
export function neededForResponses(metric: Metric): string | undefined {
  return NEEDED.get(metric);
}

/** @param counts SQL: whether a hit counts */
export function responseAggregates(metric: Metric, counts: string): Record<string, string> {
  const share = SHARES.get(metric);
  return share === undefined
    ? { bytes: `sumIf(h.bytes, ${counts} AND ${SIZED})`, sized: `countIf(${counts} AND ${SIZED})` }
    : {
        [metric]: `quantileExactInclusiveIf(${share})(h.response_time, ${counts} AND ${TIMED})`,
        timed: `countIf(${counts} AND ${TIMED})`,
      };
}

/**
 * The value of a metric of responses: bytes, or seconds.
 *
 * @param number the sum with a name
 */
export function responseValue(metric: Metric, number: (name: string) => number): number | null {
  if (metric === 'bandwidth') return number('sized') === 0 ? null : number('bytes');
  return number('timed') === 0 ? null : Number((number(metric) / 1e6).toFixed(4));
}
