/**
 * Rollups: counts of periods, kept apart from the hits, so that a query over months reads thousands of rows and not
 * millions, and has its answer also when the hits are purged.
 *
 * They are not materialized views. A view sees the rows of one insertion, so it would write what it counts of each batch by
 * itself: a batch of one hit would become fifteen rows, and a process that is killed between the view's part and the
 * hits' would have counted twice or never. Instead many batches are rolled up together, some minutes after they came, by
 * one statement whose result is one part. In that part are also the watermarks (clickhouse/watermarks.ts): for each writer the
 * last batch that is in. So whatever is killed whenever, a batch is either covered by a watermark and in the rollups, or it is
 * neither; a late hit is a hit like any other; and a query counts the rollups, and then the hits that no watermark covers.
 *
 * Which batches wait, the ledger says (store/ledger.ts): only those that are in the store as a whole. Invariants:
 *
 * 1. The batches that one step takes are, of each writer, the oldest that wait: so a watermark stands for all before it.
 * 2. The statement itself leaves out what a watermark covers when it begins, so that two nodes that roll up the same batches
 *    on one server count them once. A server runs one such statement at a time, by its name.
 * 3. The hits of a step are as many as the ledger says. Where they are not, a part of the table is broken or lost: the step
 *    is taken all the same, as waiting would not bring them back, and the log and `doctor` say how many are missing.
 *
 * The last-seen cells of live windows are written just before, as they may be written again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { rollupGroups } from '../clickhouse/rollup-groups.ts';
import { type Fragments, queryText } from '../clickhouse/sql.ts';
import { coveredBy, readWatermarks, type Watermarks, writerOf } from '../clickhouse/watermarks.ts';
import { messageOf } from '../errors.ts';
import { idsSql, NOTHING_PENDING, type PendingBatch } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import { rebuildDays, type SiteDay } from './rebuild.ts';

/** Hits that one statement takes: they are grouped in memory. */
const MOST_HITS = 1_000_000;
/** Batches that one statement takes: each stands in its text. */
const MOST_BATCHES = 5_000;
/** Hits that may wait, as the answers that count them one by one are quick. */
const FEW_HITS = 100_000;
/** Milliseconds that a hit may wait. */
const LONGEST_WAIT = 600_000;
/** Milliseconds between two looks. */
const PAUSE = 60_000;
/** Milliseconds between two compactions of the ledger. */
const COMPACT_EVERY = 3_600_000;
const WRITER_BITS = 22n;

export interface RollupOptions {
  /** Hits that one statement takes, and hits that may wait. Defaults: a million, and 100,000. */
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
  readonly #store: Store;
  readonly #options: RollupOptions;
  readonly #stop = new AbortController();
  /** Statements come one after another, as each begins where the last ended. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Those under way: a store is closed when there is none. */
  readonly #underWay = new Set<Promise<unknown>>();
  #isRunning = false;
  #compacted = Number.NEGATIVE_INFINITY;

  constructor(store: Store, options: RollupOptions = {}) {
    this.#store = store;
    this.#options = options;
  }

  /** Up to which batch of each writer hits are rolled up: only these may be purged. */
  async watermarks(): Promise<Watermarks> {
    return watermarksOf(this.#store);
  }

  /**
   * Rolls up all batches that are in the store.
   *
   * @param onProgress given how many hits were rolled up so far
   * @returns how many were
   * @throws HitError `store_unavailable`
   */
  rollUp(onProgress: (hits: number) => void = () => undefined): Promise<number> {
    const turn = this.#turn.then(async () => {
      let done = 0;
      for (;;) {
        const added = await this.#working(async () => {
          const pending = await this.#store.ledger.pending();
          return pending.length === 0 ? 0 : this.#add(pending);
        }, 0);
        if (added === 0) return done;
        done += added;
        onProgress(done);
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Makes the rollups of days anew from their hits, all of which must be in the store: see `rebuildDays`. */
  rebuild(days: readonly SiteDay[]): Promise<void> {
    const turn = this.#turn.then(() =>
      this.#working(async () => rebuildDays(this.#store, await this.watermarks(), days), undefined),
    );
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Counts hits of batches that came back. Mostly the rollups have them; but where they were rolled up while a part of the
   * table was broken, or where their rollups were purged, the days that count too few are made anew.
   *
   * @throws HitError `store_unavailable`
   */
  countRestored(batches: readonly bigint[]): Promise<void> {
    const turn = this.#turn.then(() =>
      this.#working(async () => {
        const watermarks = await this.watermarks();
        const scope = { covered: coveredBy(watermarks), batches: idsSql(batches) };
        const days = await this.#store.rows<SiteDay>('rollup_short_days', {}, undefined, scope);
        if (days.length > 0) await rebuildDays(this.#store, watermarks, days);
      }, undefined),
    );
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Hits that wait to be rolled up. */
  async waiting(): Promise<number> {
    return sumOf(await this.#working(() => this.#store.ledger.pending(), []));
  }

  /** Rolls up by itself from now on, when many hits wait or some have waited long, until it is closed. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#keepUp();
  }

  /** Ends after the statements under way. It does not wait for deliveries, which may fail for long. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#underWay);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#stop;
    const onFault = (error: unknown) =>
      this.#options.log?.warn(`rolling up hits failed: ${messageOf(error)}`);
    await this.#working(() => this.#reconcile(), undefined).catch(onFault);
    while (!signal.aborted) {
      await sleep(PAUSE, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#look().catch(onFault);
    }
  }

  async #reconcile(): Promise<void> {
    await this.#store.ledger.reconcile(await this.watermarks());
    await this.#store.ledger.oldest();
  }

  async #look(): Promise<void> {
    const pending = await this.#working(() => this.#store.ledger.pending(), []);
    const [oldest] = pending;
    const isLate = oldest && Number(oldest.id >> WRITER_BITS) < Date.now() - LONGEST_WAIT;
    if (isLate || sumOf(pending) >= (this.#options.fewHits ?? FEW_HITS)) await this.rollUp();
    if (Date.now() - this.#compacted < COMPACT_EVERY) return;
    this.#compacted = Date.now();
    await this.#working(() => this.#store.ledger.compact(Date.now()), undefined);
  }

  /** Takes one step. @returns how many hits it took */
  async #add(pending: readonly PendingBatch[]): Promise<number> {
    const { ledger } = this.#store;
    const chosen = batchesUpTo(pending, this.#options.mostHits ?? MOST_HITS);
    const ids = chosen.map(({ id }) => id);
    await this.#check(chosen);
    const lasts = new Map(ids.map((id) => [writerOf(id), id]));
    const scope = scopeOf(ids, lasts);
    const receipts = Array.from(lasts, ([writer, last]) => `('${writer}', toUInt64(${last}))`);
    // A second statement of this name, of another node, would find the same hits: a server refuses it.
    await this.#store.executeLong('insert_last_seen', { scope }, 'hit-tracker-last-seen');
    const parts = { groups: rollupGroups(scope).join('UNION ALL\n'), receipts: `[${receipts}]` };
    await this.#store.executeLong('insert_rollups', parts, 'hit-tracker-rollups');
    await ledger.rolledUp(ids);
    return sumOf(chosen);
  }

  /** Counts add up: see invariant 3. */
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

  /** Does some work, unless this is closed. */
  async #working<Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> {
    if (this.#stop.signal.aborted) return otherwise;
    const done = work();
    this.#underWay.add(done);
    return done.finally(() => this.#underWay.delete(done));
  }
}

/** Up to which batch of each writer the hits of a store are rolled up. */
export async function watermarksOf(store: Store): Promise<Watermarks> {
  return readWatermarks(await store.rows<{ writer: string; last: string }>('rollup_watermarks', {}));
}

/** Hits that are not rolled up. */
export interface Unrolled {
  /** Whether there is none. */
  readonly isEmpty: boolean;
  /** What tells them from others, in a query. */
  readonly fragments: Fragments;
}

/** @param oldest no pending batch is older */
export function unrolledOf(watermarks: Watermarks, oldest: bigint): Unrolled {
  return {
    isEmpty: oldest === NOTHING_PENDING,
    fragments: { oldest: `toUInt64(${oldest})`, covered: coveredBy(watermarks) },
  };
}

/**
 * SQL: of which hits a step is. It does not name each batch, as it stands in every part of a statement of some length: of
 * each writer the batches are all that are in the store from the first to the last.
 *
 * @param ids ascending
 * @param lasts the last batch of each writer
 */
function scopeOf(ids: readonly bigint[], lasts: Watermarks): string {
  const befores = new Map(ids.toReversed().map((id) => [writerOf(id), id - 1n]));
  return queryText('rollup_scope', {
    oldest: String(ids[0]),
    newest: String(ids.at(-1)),
    upToLast: coveredBy(lasts),
    beforeFirst: coveredBy(befores),
    writers: [...lasts.keys()].join(', '),
  }).trim();
}

/** As many as come to so many hits, at least one. */
function batchesUpTo(batches: readonly PendingBatch[], mostHits: number): readonly PendingBatch[] {
  let hits = 0;
  const end = batches.findIndex((batch, i) => {
    hits += batch.hits;
    return i > 0 && (hits > mostHits || i >= MOST_BATCHES);
  });
  return end < 0 ? batches : batches.slice(0, end);
}

function sumOf(batches: readonly PendingBatch[]): number {
  return batches.reduce((sum, { hits }) => sum + hits, 0);
}
