/**
 * Visits: the hits of one visitor on one site with gaps of less than 30 minutes, as rows of their own.
 *
 * They are computed in the store, from the batches of the ledger, so they are the same for hits from several nodes, Kafka
 * and imports, in any order: a step unites its hits with the stored visits that they touch. That is possible without the
 * hits of these visits, since further hits only ever extend visits or join them; so visits outlive purged hits.
 *
 * Invariants, and what happens if one is violated:
 *
 * 1. A step's part contains the watermarks of its batches (clickhouse/watermarks.ts), so after a crash each batch is either
 *    in the visits and covered, or neither. The statement excludes batches that a watermark covers when it begins.
 * 2. A writer's batches are taken in ascending order of their ids: a watermark covers all batches before it.
 * 3. Visits of a visitor on a site do not overlap, and 30 minutes or more lie between them. `doctor` recounts.
 * 4. A batch is rolled up only after its hits are in the visits, and hits leave the store only after both
 *    (`Rollups.removable`). So a rolled-up batch that no watermark here covers was in a part that is lost. It is not added
 *    again, as later steps may have united its hits: `doctor` computes the visits of these days again.
 *
 * Measured against window functions over hits at query time: docs/design.md.
 */
import { hitsInMemory } from '../clickhouse/engine-memory.ts';
import { shareSql, sharesOf } from '../clickhouse/shares.ts';
import { queryText } from '../clickhouse/sql.ts';
import { visitStepFragments, watermarkTuples } from '../clickhouse/visit-step.ts';
import { areSame, coveredBy, readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import { HitError } from '../errors.ts';
import { MOST_PENDING } from '../store/ledger.ts';
import { UNTIMED_LIMITS } from '../store/query-limits.ts';
import type { SiteDay } from '../store/site-day.ts';
import { type Step, takeFirstStep } from '../store/step.ts';
import type { Store } from '../store/store.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { rebuildVisits } from './rebuild.ts';
import { RebuiltDays } from './rebuilt-days.ts';
import { type Days, recountVisits, settledBatches } from './recount.ts';

/** Maximum hits per statement. Twice as many take no less processor time. */
const MOST_HITS = 500_000;
/** Bytes that a statement takes for each hit, if it is a visit of its own. Measured: 1,000 to 1,300. */
const HIT_BYTES = 1300;

/**
 * Keeps the visits of a store.
 *
 * @example
 * const visits = new Visits(store);
 * await visits.catchUp(); // the hits of all batches that are in the store
 */
export class Visits {
  readonly #store: Store;
  readonly #mostHits: number;
  /** Steps run one at a time, as each begins where the last ended. */
  readonly #steps = new SerialQueue();
  /** Days whose visits may be missing at present. */
  readonly rebuilt = new RebuiltDays();
  readonly #stop = new AbortController();

  /** @param mostHits maximum hits per statement. Default: half a million, or what fits into the engine's memory */
  constructor(store: Store, mostHits = hitsInMemory(store.memory, HIT_BYTES, MOST_HITS)) {
    this.#store = store;
    this.#mostHits = mostHits;
  }

  /** The last batch of each writer whose hits are in the visits. */
  async watermarks(): Promise<Watermarks> {
    return readWatermarks(await this.#store.rows<{ writer: string; last: string }>('visits_watermarks', {}));
  }

  /**
   * Adds the hits of all batches that are in the store now. Batches that arrive meanwhile are not waited for: under load it
   * would never end.
   *
   * @throws HitError `store_unavailable`, `store_full`; `interrupted` by `close`
   */
  catchUp(): Promise<void> {
    return this.#steps.run(async () => {
      for (let [isMore, most] = [true, this.#mostHits]; isMore; ) {
        this.#throwIfClosed();
        const pending = await this.#store.ledger.pending('visits');
        isMore = pending.length >= MOST_PENDING;
        for (let rest = pending; rest.length > 0; ) {
          this.#throwIfClosed();
          const taken = await takeFirstStep(rest, most, queryText('visits_writers').trim(), (step) =>
            this.#add(step),
          );
          most = taken.mostHits;
          rest = rest.slice(taken.step.ids.length);
        }
      }
    });
  }

  /**
   * Computes the visits that begin on some days again from their hits, all of which must be in the store: see `rebuildVisits`.
   *
   * @throws HitError `store_unavailable`, `store_full`
   */
  rebuild(days: readonly SiteDay[]): Promise<void> {
    return this.#steps.run(() => {
      this.#throwIfClosed();
      return this.#rebuild(days);
    });
  }

  /**
   * Computes visits again for days that have more hits than their visits count, such as after purged hits came back that
   * were never in the visits.
   *
   * @returns the days
   * @throws HitError `store_unavailable`, `store_full`
   */
  fillIn(days: Days): Promise<readonly SiteDay[]> {
    return this.#steps.run(async () => {
      this.#throwIfClosed();
      const short = (await recountVisits(this.#engine(), days)).filter(
        ({ counted, stored }) => counted < stored,
      );
      await this.#rebuild(short);
      return short;
    });
  }

  /**
   * Stops after the running step. A running rebuild is completed: it has deleted visits, which would otherwise be missing. The store
   * must not be closed before.
   */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#steps.ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Records that all rolled-up batches are in the visits, after a part with their watermarks was lost and mended. */
  async confirmRolledUp(): Promise<void> {
    const watermarks = watermarkTuples(await settledBatches(this.#engine()));
    await this.#store.executeLong(
      'insert_visits_watermarks',
      { watermarks },
      'hit-tracker-visits-watermarks',
      ['visits'],
    );
  }

  /** Repeats if another node of the same server took a step meanwhile, as it did not see the deleted visits. */
  async #rebuild(days: readonly SiteDay[]): Promise<void> {
    if (days.length === 0) return;
    this.rebuilt.begin(days);
    let before = await settledBatches(this.#engine());
    for (;;) {
      await rebuildVisits(this.#store, days, { covered: coveredBy(before), mostHits: this.#mostHits });
      const after = await settledBatches(this.#engine());
      if (areSame(before, after)) break;
      before = after;
    }
    this.rebuilt.end(days);
  }

  #engine() {
    return { rows: <Row>(text: string) => this.#store.rowsOf<Row>(text, {}, UNTIMED_LIMITS) };
  }

  #add({ ids, hits, scope, lasts }: Step): Promise<void> {
    // One node at a time, so that the next does not read the same hits again.
    return this.#store.insertComputed(
      {
        ...{ query: 'visits_step', table: 'visits', name: 'hit-tracker-visits' },
        ...{ isWhole: ids.length > 1, shares: sharesOf(hits, this.#mostHits) },
        fragmentsOf: (share) => visitStepFragments(`${scope} AND ${shareSql(share)}`, lasts),
      },
      this.#stop.signal,
    );
  }

  #throwIfClosed(): void {
    if (this.#stop.signal.aborted) throw new HitError('interrupted', 'the store is being closed');
  }
}
