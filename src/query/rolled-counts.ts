/**
 * Hits and visitors of queries without filters, from rollups: a scan of the hits of a period takes time in proportion to
 * them. Hits are the same either way; visitors are estimates then, so rollups answer only if there are many hits.
 *
 * If hits of the period are purged, the query is not answered from here: its gaps then depend on each metric.
 */

import { hitsToScan } from './data-stats.ts';
import { intervalOf } from './engine/column.ts';
import type { Interval, Metric, Query } from './engine/query.ts';
import { isoTime, isRolled, type Rolled, type RolledRow } from './engine/rows.ts';
import { bucketing } from './from-hits.ts';
import { statsFromRollups } from './from-rollups.ts';
import type { KnownTimes } from './known-times.ts';
import { type BoundedSelection, choosePlan } from './plan.ts';
import type { Source } from './source.ts';

/** Metrics that divide visitors by others, which rollups do not have. */
const OF_SHARES: ReadonlySet<Metric> = new Set(['percentage', 'conversion_rate']);

/** Answers the parts of a query that rollups have, and remembers whether it did. */
export class RolledCounts implements Rolled {
  readonly #source: Source;
  readonly #hitsFrom: number;
  readonly #rollupsFrom: number;
  #areUsed = false;

  /** @param known of the periods that are counted */
  constructor(source: Source, known: readonly Pick<KnownTimes, 'hits' | 'rollups'>[]) {
    this.#source = source;
    this.#hitsFrom = Math.max(...known.map(({ hits }) => hits));
    this.#rollupsFrom = Math.max(...known.map(({ rollups }) => rollups));
  }

  /** Whether an answer contains estimates. */
  get areUsed(): boolean {
    return this.#areUsed;
  }

  async rowsOf(query: Query): Promise<readonly RolledRow[] | undefined> {
    const interval = intervalFor(query);
    const { from, to, sites, timezone } = query;
    if (interval === undefined || this.#hitsFrom > from) return undefined;
    const selection: BoundedSelection = {
      ...{ site: sites[0] ?? '', from, to, bots: 'exclude' },
      ...{ status: [], classes: [], filters: [] },
    };
    const plan = choosePlan(
      selection,
      { interval },
      {
        hits: await hitsToScan(this.#source, selection),
        maxScannedHits: this.#source.maxScannedHits,
        ...{ hitsFrom: this.#hitsFrom, rollupsFrom: this.#rollupsFrom },
      },
    );
    if (plan.from !== 'rollups') return undefined;
    const cut = bucketing(interval, selection, timezone);
    const { totals, series } = await statsFromRollups(this.#source, selection, plan, cut);
    this.#areUsed ||= query.metrics.includes('visitors');
    if (query.dimensions.length === 0) return [{ values: [], ...totals }];
    const rows = series.filter(({ hits }) => hits > 0);
    return rows.map(({ time, hits, visitors }) => ({ values: [isoTime(time)], hits, visitors }));
  }
}

/** The interval of the rows, if rollups can answer the query. */
function intervalFor({ sites, bots, filters, goal, metrics, dimensions }: Query): Interval | undefined {
  const isPlain = sites.length <= 1 && bots === 'exclude' && filters.length === 0 && goal === undefined;
  if (!isPlain || !metrics.some(isRolled)) return undefined;
  if (metrics.some((metric) => OF_SHARES.has(metric)) || dimensions.length > 1) return undefined;
  // Totals alone: any interval, the longest has fewest rows.
  return dimensions.length === 0 ? 'month' : intervalOf(dimensions[0]!);
}
