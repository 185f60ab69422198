/**
 * Visits for queries. Before a query that needs them, the hits of all stored batches are added to them. If that fails or takes too
 * long, the query is answered nevertheless, but values after the time from which visits lack hits are null: see `gaps.ts`.
 */
import { asServer } from '../clickhouse/engine-share.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { Store } from '../store/store.ts';
import { SharedRun } from '../timing/shared-run.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import type { Visits } from '../visits/visits.ts';
import { type Asked, needsOf } from './engine/needs.ts';
import type { Scope } from './engine/query.ts';
import type { Row } from './source.ts';

/** Milliseconds that a query waits for hits to be added to the visits: after an import there may be many. */
const TIMEOUT = 30_000;

/**
 * The time from which the visits of a query lack hits, or lacked some while it was answered: milliseconds since 1970; infinity if
 * none lacks any.
 */
export type VisitsUntil = () => number;

/** For visits that have all hits. */
export const ALL_VISITS: VisitsUntil = () => Number.POSITIVE_INFINITY;

export class CurrentVisits {
  readonly #store: Store;
  readonly #visits: Visits;
  readonly #timeout: number;
  /** Shared by all queries, since it uses the connection that delivers hits. */
  readonly #catchUp: SharedRun<boolean>;

  /** @param timeout how long a query waits, in milliseconds. Default: 30 s */
  constructor(store: Store, visits: Visits, timeout = TIMEOUT) {
    this.#store = store;
    this.#visits = visits;
    this.#timeout = timeout;
    this.#catchUp = new SharedRun(async () => {
      await asServer(() => visits.catchUp());
      return true;
    });
  }

  /** Completes the visits, if a query needs them. */
  async completeFor(asked: Asked & Pick<Scope, 'sites' | 'bots'>): Promise<VisitsUntil> {
    if (!asked.metrics.some((metric) => needsOf(metric, asked).visits)) return ALL_VISITS;
    const isDone = await waitUpTo(this.#timeout, this.#catchUp.run()).catch(() => false);
    const begin = Date.now();
    const pending = isDone ? Number.POSITIVE_INFINITY : await this.#pendingSince(asked);
    return () => Math.min(pending, this.#visits.rebuilt.first(asked.sites, begin));
  }

  async #pendingSince({ sites, bots }: Pick<Scope, 'sites' | 'bots'>): Promise<number> {
    const scope = queryText('visits_pending').trim();
    const touched = queryText('visits_touched', { scope }).trim();
    try {
      const [row] = await this.#store.rows<Row<'times' | 'since'>>(
        'visits_pending_since',
        { sites: [...sites], bots },
        undefined,
        { scope, touched },
      );
      return Number(row?.times ?? 0) === 0 ? Number.POSITIVE_INFINITY : Number(row?.since);
    } catch {
      // There are so many hits that even reading their visitors times out: no visits are known to be complete.
      return 0;
    }
  }
}
