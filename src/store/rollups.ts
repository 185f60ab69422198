/**
 * Rollups: counts of periods, kept apart from the hits, so that a question over months reads thousands of rows and not
 * millions, and has its answer also when the hits are purged.
 *
 * They are not materialized views. A view sees the rows of one insertion, so it would write what it counts of each batch by
 * itself: a batch of one hit would become fourteen rows, and a process that is killed between the view's part and the
 * hits' would have counted twice or never. Instead many batches are rolled up together, some minutes after they came, by
 * one statement whose result is one part. In that part are also the marks (store/marks.ts): for each run of a program the
 * last batch that is in. So whatever is killed whenever, a hit is either covered by the marks and in the rollups, or it is
 * neither; a late hit is a hit like any other; and a question counts the rollups, and then the hits that no mark covers.
 *
 * A batch may be chosen only when all of it is in the store, since one of several months comes as several parts. That is
 * why it is looked up while nothing is delivered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { DIMENSIONS } from './dimension.ts';
import { coveredBy, type Marks, readMarks } from './marks.ts';
import { type Fragments, queryText } from './sql.ts';
import { QUESTION_BOUNDS, type ReadBounds, type Store } from './store.ts';

/** Hits that one statement takes: they are grouped in memory. */
const MOST_HITS = 1_000_000;
/** Batches that are looked at together. */
const MOST_BATCHES = 50_000;
/** Hits that may wait, as the answers that count them one by one are quick. */
const FEW_HITS = 100_000;
/** Milliseconds that a hit may wait. */
const PATIENCE = 600_000;
/** Milliseconds between two looks. */
const PAUSE = 60_000;
/**
 * Milliseconds that a batch of another node may take to come to a server, where nobody tells of it: younger ones are in
 * each answer, older ones from the next look on.
 */
const LATENESS = 3_600_000;
const BOUNDS: ReadBounds = { ...QUESTION_BOUNDS, max_execution_time: 0 };
const NOTHING_OLDER = 2n ** 64n - 1n;
const RUN_BITS = 22n;

/** Runs something while nothing is being delivered to the store. */
export type Quiesce = <Result>(run: () => Promise<Result>) => Promise<Result>;

interface Batch {
  readonly id: bigint;
  readonly hits: number;
}

/**
 * Rolls up the hits of a store.
 *
 * @example
 * await using rollups = new Rollups(store, (run) => spool.quiesce(run));
 * await rollups.rollUp(); // every hit that is in the store
 */
export class Rollups {
  readonly #store: Store;
  readonly #quiesce: Quiesce;
  readonly #stop = new AbortController();
  /** Statements come one after another, as each begins where the last ended. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Those under way: a store is closed when there is none. */
  readonly #underWay = new Set<Promise<unknown>>();
  #isKept = false;

  constructor(store: Store, quiesce: Quiesce) {
    this.#store = store;
    this.#quiesce = quiesce;
  }

  /** Up to which batch of each run hits are rolled up: only these may be purged. */
  async marks(): Promise<Marks> {
    return marksOf(this.#store);
  }

  /**
   * Rolls up all hits that are in the store.
   *
   * @param onProgress told how many were rolled up so far
   * @returns how many were
   * @throws HitError `store_unavailable`
   */
  rollUp(onProgress: (hits: number) => void = () => undefined): Promise<number> {
    const turn = this.#turn.then(async () => {
      let done = 0;
      for (;;) {
        const batches = await this.#pending();
        const [added] =
          batches.length === 0 ? [] : await this.#working(async () => [await this.#add(batches)]);
        if (added === undefined) return done;
        done += added;
        onProgress(done);
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Hits that wait to be rolled up, at most as many as are rolled up at once. */
  async waiting(): Promise<number> {
    return sumOf(await this.#pending());
  }

  /** Looks what is not rolled up, and rolls up by itself from now on when many hits wait or some have waited long, until it is closed. */
  keep(warn: (message: string) => void): void {
    if (this.#isKept) return;
    this.#isKept = true;
    this.#keepUp((error) => warn(`hits could not be rolled up: ${messageOf(error)}`));
  }

  /** Ends after the statements under way. It does not wait for deliveries, which may fail for long. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#underWay);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #keepUp(onFault: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stop;
    // So that questions need not look.
    await this.#pending().catch(onFault);
    while (!signal.aborted) {
      await sleep(PAUSE, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#look().catch(onFault);
    }
  }

  async #look(): Promise<void> {
    const batches = await this.#pending();
    const [oldest] = batches;
    if (!oldest) return;
    const isLate = Number(oldest.id >> RUN_BITS) < Date.now() - PATIENCE;
    if (isLate || sumOf(batches) >= FEW_HITS) await this.rollUp();
  }

  /** Batches, whole ones, that are not rolled up, oldest first. */
  #pending(): Promise<Batch[]> {
    return this.#quiesce(() => this.#working(() => this.#lookUp()));
  }

  async #lookUp(): Promise<Batch[]> {
    const { fragments } = freshOf(this.#store, await this.marks());
    const rows = await this.#store.rows<{ id: string; hits: string }>('rollup_pending', {}, BOUNDS, {
      ...fragments,
      limit: String(MOST_BATCHES),
    });
    const batches = rows.map(({ id, hits }) => ({ id: BigInt(id), hits: Number(hits) }));
    const oldest = batches[0]?.id ?? NOTHING_OLDER;
    const recent = BigInt(Date.now() - LATENESS) << RUN_BITS;
    this.#store.oldestFresh = this.#store.isShared && recent < oldest ? recent : oldest;
    return batches;
  }

  async #add(batches: readonly Batch[]): Promise<number> {
    const chosen = batchesUpTo(batches, MOST_HITS);
    const marks = new Map<number, bigint>();
    for (const { id } of chosen) marks.set(Number(id & ((1n << RUN_BITS) - 1n)), id);
    const { fragments } = freshOf(this.#store, await this.marks());
    const groups = groupsOf({ ...fragments, chosen: coveredBy(marks) }).join('UNION ALL\n');
    const pairs = [...marks].map(([run, batch]) => `(toUInt64(${run}), toUInt64(${batch}))`);
    const parts = { groups, marks: `[${pairs}]` };
    // A second statement of this name, of another node, would find the same hits: a server refuses it.
    await this.#store.keep('insert_rollups', parts, 'hit-tracker-rollups');
    return sumOf(chosen);
  }

  /** Does some work, unless this is closed. */
  async #working<Result>(work: () => Promise<Result[]>): Promise<Result[]> {
    if (this.#stop.signal.aborted) return [];
    const done = work();
    this.#underWay.add(done);
    return done.finally(() => this.#underWay.delete(done));
  }
}

/** Up to which batch of each run the hits of a store are rolled up. */
export async function marksOf(store: Store): Promise<Marks> {
  return readMarks(await store.rows<{ run: string; last: string }>('rollup_marks', {}));
}

/** Hits that are not rolled up. */
export interface Fresh {
  /** Whether there is none. */
  readonly isEmpty: boolean;
  /** What tells them from others, in a query. */
  readonly fragments: Fragments;
}

export function freshOf(store: Store, marks: Marks): Fresh {
  return {
    isEmpty: store.oldestFresh === NOTHING_OLDER,
    fragments: { oldest: `toUInt64(${store.oldestFresh})`, covered: coveredBy(marks) },
  };
}

/** As many as come to so many hits, at least one. */
function batchesUpTo(batches: readonly Batch[], mostHits: number): readonly Batch[] {
  let hits = 0;
  const end = batches.findIndex((batch, i) => {
    hits += batch.hits;
    return i > 0 && hits > mostHits;
  });
  return end < 0 ? batches : batches.slice(0, end);
}

function sumOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, { hits }) => sum + hits, 0);
}

/** A SELECT for each kind of row. */
function groupsOf(scope: Fragments): string[] {
  const day = "toStartOfDay(time, 'UTC')";
  const month = "toDateTime(toStartOfMonth(time, 'UTC'), 'UTC')";
  const quarter = "toStartOfInterval(time, INTERVAL 15 MINUTE, 'UTC')";
  const times = {
    first: 'toUInt64(toUnixTimestamp64Milli(min(time)))',
    last: 'toUInt64(toUnixTimestamp64Milli(max(time)))',
  };
  const people = { which: "bot = ''", value: "''", key: '0' };
  const dimensions = DIMENSIONS.filter((dimension) => dimension !== 'bot').map((dimension) => ({
    ...{ by: dimension, which: `bot = '' AND ${dimension} != ''`, slot: day },
    ...{ value: dimension, key: `cityHash64(${dimension})`, first: '0', last: '0' },
  }));
  const kinds = [
    { by: 'quarter', slot: quarter, ...people, ...times },
    { by: 'day', slot: day, ...people, ...times },
    { by: 'month', slot: month, ...people, ...times },
    { by: 'bot', slot: day, which: "bot != ''", value: 'bot', key: 'cityHash64(bot)', ...times },
    ...dimensions,
  ];
  return kinds.map((kind) => queryText('rollup_group', { ...scope, ...kind }));
}
