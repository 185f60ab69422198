/**
 * Rollups: counts per period, stored separately from the hits, so that a query over months reads thousands of rows instead
 * of millions, and still has an answer after the hits are purged.
 *
 * They are not materialized views. A view sees the rows of one insert, so it would write the counts of each batch
 * separately: a batch of one hit would become fifteen rows, and a process killed between writing the view's part and the
 * hits' part would count twice or never. Instead, many batches are rolled up together, some minutes after they arrived, by
 * one statement whose result is one part. That part also holds the watermarks (clickhouse/watermarks.ts): for each writer,
 * the last batch included. So after a crash at any moment, a batch is either covered by a watermark and in the rollups, or
 * neither; late hits need no special handling; and a query adds the rollups and the hits that no watermark covers.
 *
 * The ledger (store/ledger.ts) lists the pending batches: only those that are complete in the store. Invariants:
 *
 * 1. A step takes the oldest pending batches of each writer, so a watermark covers all batches before it.
 * 2. The statement itself excludes batches that a watermark covers when it begins, so two nodes that roll up the same
 *    batches on one server count them once. A server runs one such statement at a time, by its name.
 * 3. The number of hits of a step matches the ledger. If not, a part of the table is broken or lost: the step is taken
 *    anyway, as waiting would not bring the hits back, and the log and `doctor` report how many are missing.
 *
 * The last-seen cells of live windows are written just before, as writing them repeatedly is harmless.
 */
import { hitsInMemory } from '../clickhouse/engine-memory.ts';
import { rollupFragments, rollupGroups } from '../clickhouse/rollup-groups.ts';
import { shareSql, sharesOf } from '../clickhouse/shares.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import { areSame, commonOf, coveredBy, readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import { messageOf } from '../errors.ts';
import { idsSql, MOST_PENDING, NOTHING_PENDING, type PendingBatch } from '../store/ledger.ts';
import type { SiteDay } from '../store/site-day.ts';
import { type Step, sumOf, takeFirstStep } from '../store/step.ts';
import type { Store } from '../store/store.ts';
import { pause } from '../timing/pause.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { DAY, HOUR } from '../timing/units.ts';
import { Visits } from '../visits/visits.ts';
import { lastSeenInsert } from './last-seen-insert.ts';
import { rebuildDays } from './rebuild.ts';

/** Maximum hits per statement. */
const MOST_HITS = 1_000_000;
/** Bytes that a statement takes for each hit. */
const HIT_BYTES = 600;
/** Hits that may stay pending, as queries that count them one by one are still fast. */
const FEW_HITS = 100_000;
/** Maximum milliseconds that a hit stays pending. */
const LONGEST_WAIT = 600_000;
/** Milliseconds between two checks. */
const PAUSE = 60_000;
/** The same while they fail. */
const FAILING_PAUSE = 5000;
/** Milliseconds between two compactions of the ledger. */
const COMPACT_EVERY = HOUR;
const WRITER_BITS = 22n;

export interface RollupOptions {
  /** Maximum hits per statement, and hits that may stay pending. Defaults: a million, and 100,000. */
  readonly mostHits?: number;
  readonly fewHits?: number;
  readonly log?: { error(message: string): void; warn(message: string): void };
}

/**
 * Rolls up the hits of a store.
 *
 * @example
 * await using rollups = new Rollups(store);
 * await rollups.rollUp(); // every batch that is in the store
 */
export class Rollups {
  readonly visits: Visits;
  readonly #store: Store;
  readonly #options: RollupOptions;
  readonly #stop = new AbortController();
  /** Statements run one at a time, as each begins where the last ended. */
  readonly #queue = new SerialQueue();
  /** Running operations: the store must not be closed before they end. */
  readonly #running = new Set<Promise<unknown>>();
  #isRunning = false;
  #failing: string | undefined;
  #compacted = Number.NEGATIVE_INFINITY;

  constructor(store: Store, options: RollupOptions = {}) {
    this.visits = new Visits(store, options.mostHits);
    this.#store = store;
    this.#options = options;
  }

  /** Why the last periodic step failed; undefined if it did not. */
  get failing(): string | undefined {
    return this.#failing;
  }

  /** Last rolled-up batch of each writer. */
  async watermarks(): Promise<Watermarks> {
    return watermarksOf(this.#store);
  }

  /** Last batch of each writer that is both rolled up and in the visits: only hits up to it may leave the store. */
  async removable(): Promise<Watermarks> {
    return commonOf(await this.watermarks(), await this.visits.watermarks());
  }

  /**
   * Rolls up all batches that are in the store now. Those that arrive meanwhile are not waited for: under load it would never
   * end.
   *
   * @param onProgress receives the number of hits rolled up so far
   * @returns the total number
   * @throws HitError `store_unavailable`
   */
  rollUp(onProgress: (hits: number) => void = () => undefined): Promise<number> {
    return this.#queue.run(async () => {
      let done = 0;
      let newest: bigint | undefined;
      for (;;) {
        const added = await this.#track(async () => {
          const pending = await this.#store.ledger.pending();
          if (pending.length < MOST_PENDING) newest ??= pending.at(-1)?.id;
          const now = pending.filter(({ id }) => newest === undefined || id <= newest);
          return now.length === 0 ? 0 : this.#add(now);
        }, 0);
        if (added === 0) return done;
        done += added;
        onProgress(done);
      }
    });
  }

  /** Rebuilds the rollups of days from their hits, all of which must be in the store: see `rebuildDays`. */
  rebuild(days: readonly SiteDay[]): Promise<void> {
    return this.#queue.run(() => this.#track(() => this.#rebuild(days), undefined));
  }

  /**
   * Counts the hits of restored batches. Usually the rollups already include them; but if they were rolled up while a part
   * of the table was broken, or if their rollups were purged, the days that undercount are rebuilt.
   *
   * @throws HitError `store_unavailable`
   */
  countRestored(batches: readonly bigint[]): Promise<void> {
    return this.#queue.run(() =>
      this.#track(async () => {
        const scope = { covered: coveredBy(await this.watermarks()), batches: idsSql(batches) };
        const days = await this.#store.rows<SiteDay>('rollup_short_days', {}, undefined, scope);
        if (days.length > 0) await this.#rebuild(days);
        await this.#fillInVisits(batches);
      }, undefined),
    );
  }

  /** Number of hits that are not rolled up yet. */
  async waiting(): Promise<number> {
    return sumOf(await this.#track(() => this.#store.ledger.pending(), []));
  }

  /** Starts rolling up periodically, if many hits are pending or some have waited long, until `close`. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#rollUpPending();
  }

  /** Stops after the running statements, also those of visits. Does not wait for deliveries, which may fail for long. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#running, this.visits.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #rollUpPending(): Promise<void> {
    const { signal } = this.#stop;
    const onFault = (error: unknown) => {
      if (signal.aborted) return;
      this.#failing = messageOf(error);
      this.#options.log?.warn(`rolling up hits failed: ${this.#failing}`);
    };
    const onSuccess = () => {
      this.#failing = undefined;
    };
    await this.#track(() => this.#reconcile(), undefined).catch(onFault);
    while (!signal.aborted) {
      await pause(this.#failing === undefined ? PAUSE : FAILING_PAUSE, signal, { ref: false });
      if (!signal.aborted) await this.#checkPending().then(onSuccess, onFault);
    }
  }

  async #reconcile(): Promise<void> {
    await this.#store.ledger.reconcile(await this.watermarks());
    await this.#store.ledger.oldest();
  }

  async #checkPending(): Promise<void> {
    const pending = await this.#track(() => this.#store.ledger.pending(), []);
    const [oldest] = pending;
    const isLate = oldest && Number(oldest.id >> WRITER_BITS) < Date.now() - LONGEST_WAIT;
    if (isLate || sumOf(pending) >= (this.#options.fewHits ?? FEW_HITS)) await this.rollUp();
    if (Date.now() - this.#compacted < COMPACT_EVERY) return;
    this.#compacted = Date.now();
    await this.#track(() => this.#store.ledger.compact(Date.now()), undefined);
  }

  /** Runs one step. @returns number of hits rolled up */
  async #add(pending: readonly PendingBatch[]): Promise<number> {
    const { ledger } = this.#store;
    // First, so that hits are only purged once they are in the visits too.
    await this.visits.catchUp();
    const most = this.#options.mostHits ?? hitsInMemory(this.#store.memory, HIT_BYTES, MOST_HITS);
    const { step } = await takeFirstStep(pending, most, queryText('rollup_writers').trim(), async (taken) => {
      await this.#check(pending.slice(0, taken.ids.length));
      await this.#insert(taken, sharesOf(taken.hits, most));
    });
    await ledger.rolledUp(step.ids);
    return step.hits;
  }

  async #insert({ ids, lasts, scope }: Step, shares: number): Promise<void> {
    // One node at a time, so that the next does not read the same hits again.
    const { signal } = this.#stop;
    await this.#store.insertComputed(lastSeenInsert(scope), signal);
    await this.#store.insertComputed(
      {
        ...{ query: 'insert_rollups', table: 'rollups', name: 'hit-tracker-rollups' },
        ...{ isWhole: ids.length > 1, shares },
        fragmentsOf: (share) => rollupFragments(rollupGroups(`${scope} AND ${shareSql(share)}`), lasts),
      },
      signal,
    );
  }

  /** Checks the counts: see invariant 3. */
  async #check(chosen: readonly PendingBatch[]): Promise<void> {
    const stored = await this.#store.ledger.readBack(chosen.map(({ id }) => id));
    for (const { id, hits } of chosen) {
      const there = stored.get(id)?.hits ?? 0;
      if (there === hits) continue;
      this.#options.log?.error(
        `batch ${id} has ${hits} hits, and the store has ${there}: run hit-tracker doctor`,
      );
    }
  }

  /** Repeats if another node of the same server rolled up meanwhile, because the rebuild may have dropped what it added. */
  async #rebuild(days: readonly SiteDay[]): Promise<void> {
    let before = await this.watermarks();
    for (;;) {
      await rebuildDays(this.#store, before, days);
      const after = await this.watermarks();
      if (areSame(before, after)) return;
      before = after;
    }
  }

  async #fillInVisits(batches: readonly bigint[]): Promise<void> {
    const stored = [...(await this.#store.ledger.readBack(batches)).values()];
    if (stored.length === 0) return;
    const first = Math.min(...stored.map(({ first }) => first));
    const last = Math.max(...stored.map(({ last }) => last));
    await this.visits.fillIn({ from: startOfDay(first), to: startOfDay(last) + DAY });
  }

  /** Runs `work`, unless this is closed. */
  async #track<Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> {
    if (this.#stop.signal.aborted) return otherwise;
    const done = work();
    this.#running.add(done);
    return done.finally(() => this.#running.delete(done));
  }
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY) * DAY;
}

/** Last rolled-up batch of each writer of a store. */
export async function watermarksOf(store: Store): Promise<Watermarks> {
  return readWatermarks(await store.rows<{ writer: string; last: string }>('rollup_watermarks', {}));
}

/** Hits that are not rolled up yet. */
export interface Unrolled {
  /** Whether there is none. */
  readonly isEmpty: boolean;
  /** Query fragments that select them. */
  readonly fragments: Fragments;
}

/** @param oldest no pending batch is older */
export function unrolledOf(watermarks: Watermarks, oldest: bigint): Unrolled {
  return {
    isEmpty: oldest === NOTHING_PENDING,
    fragments: { oldest: `toUInt64(${oldest})`, covered: coveredBy(watermarks) },
  };
}
