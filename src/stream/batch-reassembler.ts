/**
 * Puts the batches of a partition together, each hit once.
 *
 * Kafka brings a record at least once: a node that died, or whose broker did, publishes again what it does not know to be
 * there. A reader that dies, or whose partition goes to another, reads again what it had not finished. The first is told by
 * the records (see `record.ts`): a batch is taken in the order of `at`, and what comes again is left out. The second is
 * told by the store: with the hits it keeps the reader's position, and each batch has an identity by which the store
 * ignores it when it comes again.
 *
 * So that it is ignored also when another reader brings it, this identity follows from the partition's records alone:
 * a batch that is complete is numbered by the time of its last record, in milliseconds, or by one more than the batch
 * before it if that is not larger, and the partition is its run (store/marks.ts). A reader that begins at a position that
 * was kept passes through the same states as any other that did, in whatever portions it writes. Hence nothing in here
 * may depend on clocks, portions or memory: what is given up, and when, is a matter of records too.
 *
 * The position is that of the first record of the oldest batch that is not complete. What follows it and was in the store
 * already is known by the runs of nodes: of each, the last batch that was complete here. That is enough because a node
 * publishes the batches of one run in the order of their ids (spool/fan-out.ts), live hits and imports alike.
 */
import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { timeFault } from '../hit/time.ts';
import { readRecord } from './record.ts';

/** How far a partition was read, as it is kept in the store. */
export interface Position {
  /** The record with which reading begins again. */
  readonly offset: bigint;
  /** The record after the last that was read. */
  readonly end: bigint;
  /** Number of the last batch that was complete, in milliseconds since 1970. */
  readonly last: number;
  /** Run of a node → its last batch that was complete, and the time of its last record, in milliseconds. */
  readonly runs: ReadonlyMap<number, { readonly batch: bigint; readonly time: number }>;
}

export const BEGINNING: Position = { offset: 0n, end: 0n, last: 0, runs: new Map() };

/** A record as Kafka brings it. */
export interface StreamRecord {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: string;
}

/** A batch as it is stored. */
export interface AssembledBatch {
  /** Its identity in the store. */
  readonly id: bigint;
  readonly hits: readonly Hit[];
  /** How many of its hits never came. */
  readonly missing: number;
}

/** Batches, and the position after them. */
export interface FlushBatch {
  readonly batches: readonly AssembledBatch[];
  readonly hits: number;
  readonly position: Position;
}

interface OpenBatch {
  readonly batch: bigint;
  readonly of: number;
  readonly hits: Hit[];
  /** Place of the record that is wanted next: behind the hits, and those whose time was refused. */
  next: number;
  readonly offset: bigint;
  readonly since: number;
}

const RUN_BITS = 22n;
const RUN_MASK = (1n << RUN_BITS) - 1n;
/** Milliseconds by records after which the rest of a batch is not waited for. */
const GIVE_UP_AFTER = 86_400_000;
/** Hits of batches that are not complete. */
const MOST_OPEN = 1_000_000;
/** Milliseconds after which a run of a node is forgotten: what it published is not published again. */
const FORGET_AFTER = 40 * 86_400_000;
/** 2100: a clock that is further ahead numbers nothing. */
const LATEST = Date.UTC(2100, 0);

/**
 * @example
 * const assembly = new BatchReassembler(run, position);
 * assembly.take(record);
 * const { batches, position } = assembly.portion(100_000);
 */
export class BatchReassembler {
  readonly #run: bigint;
  readonly #now: () => number;
  readonly #runs: Map<number, { batch: bigint; time: number }>;
  readonly #open = new Map<number, OpenBatch>();
  #openHits = 0;
  /** Complete, with what the position is when they are stored. */
  #ready: AssembledBatch[] = [];
  #readyHits = 0;
  #end: bigint;
  /** Records before it were judged in an earlier life. */
  readonly #judged: bigint;
  #last: number;
  #newest = 0;
  #again = 0;

  /**
   * @param run of the partition: a number of 22 bits
   * @param now milliseconds since 1970, by which times of hits are judged
   */
  constructor(run: number, position: Position, now: () => number = Date.now) {
    this.#run = BigInt(run);
    this.#now = now;
    this.#runs = new Map(position.runs);
    this.#end = position.offset;
    this.#judged = position.end;
    this.#last = position.last;
  }

  /** The record that is wanted next. */
  get end(): bigint {
    return this.#end;
  }

  /** Hits of complete batches that were not taken out. */
  get readyHits(): number {
    return this.#readyHits;
  }

  get readyBatches(): number {
    return this.#ready.length;
  }

  /** Records that came again. */
  get again(): number {
    return this.#again;
  }

  /**
   * Takes the next record of the partition.
   *
   * @returns what is wrong with it, if it is no hit and was not told of before
   */
  take(record: StreamRecord): HitError | undefined {
    if (record.offset < this.#end) return undefined;
    this.#end = record.offset + 1n;
    try {
      this.#add(record);
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      return record.offset < this.#judged ? undefined : error;
    }
    this.#giveUp();
    return undefined;
  }

  /** Takes out all that is complete, with the position that is right once it is stored. */
  portion(): FlushBatch {
    for (const [run, { time }] of this.#runs) {
      if (time < this.#newest - FORGET_AFTER) this.#runs.delete(run);
    }
    let offset = this.#end;
    for (const open of this.#open.values()) if (open.offset < offset) offset = open.offset;
    const end = this.#end > this.#judged ? this.#end : this.#judged;
    const position = { offset, end, last: this.#last, runs: new Map(this.#runs) };
    const portion = { batches: this.#ready, hits: this.#readyHits, position };
    this.#ready = [];
    this.#readyHits = 0;
    return portion;
  }

  #add({ value, offset, timestamp }: StreamRecord): void {
    const { hit, batch, at, of } = readRecord(value);
    const time = Math.min(timestamp, LATEST);
    if (time > this.#newest) this.#newest = time;
    const run = Number(batch & RUN_MASK);
    const done = this.#runs.get(run);
    let open = this.#open.get(run);
    if ((done && batch <= done.batch) || (open && batch < open.batch)) {
      this.#again++;
      return;
    }
    if (open && batch > open.batch) {
      this.#complete(run, open, time);
      open = undefined;
    }
    if (!open) {
      if (at !== 0) return;
      open = { batch, of, hits: [], next: 0, offset, since: time };
      this.#open.set(run, open);
    }
    // What lies ahead comes again, since its node does not go on before all of the batch is there.
    if (of !== open.of || at > open.next) return;
    if (at < open.next) {
      this.#again++;
      return;
    }
    const now = this.#now();
    const fault = timeFault(hit.time, now);
    open.next++;
    if (fault === undefined) {
      open.hits.push(hit.time <= now ? hit : { ...hit, time: now });
      this.#openHits++;
    }
    if (open.next === of) this.#complete(run, open, time);
    // The record has its place in the batch all the same, so that the hits behind it are not waited for in vain.
    if (fault !== undefined) throw new HitError('invalid', `the hit cannot be counted: ${fault}`);
  }

  #complete(run: number, open: OpenBatch, time: number): void {
    this.#open.delete(run);
    this.#openHits -= open.hits.length;
    this.#runs.set(run, { batch: open.batch, time });
    const missing = open.of - open.next;
    if (open.hits.length === 0 && missing === 0) return;
    this.#last = Math.max(this.#last + 1, time);
    const id = (BigInt(this.#last) << RUN_BITS) | this.#run;
    this.#ready.push({ id, hits: open.hits, missing });
    this.#readyHits += open.hits.length;
  }

  /** Maps keep the order in which batches were begun. */
  #giveUp(): void {
    for (const [run, open] of this.#open) {
      if (this.#newest - open.since < GIVE_UP_AFTER && this.#openHits <= MOST_OPEN) return;
      this.#complete(run, open, this.#newest);
    }
  }
}
