/**
 * Reassembles the batches of a partition, with each hit exactly once.
 *
 * Kafka delivers a record at least once: after a crash of a node or its broker, the node publishes again everything that
 * was not acknowledged. A reader that dies, or loses its partition to another, reads unfinished records again. Duplicates
 * of the first kind are detected by the records (see `record.ts`): a batch is taken in the order of `at`, and repeated
 * records are skipped. Those of the second kind are detected by the store: it keeps the reader's position together with
 * the hits, and ignores a batch whose identity it already has.
 *
 * This identity must be the same for every reader, so it follows from the partition's records alone: a complete batch is
 * numbered by the time of its last record, in milliseconds, or by one more than the batch before it if that is not larger,
 * and the partition is its run (clickhouse/watermarks.ts). All readers that start at a stored position pass through the same states,
 * whatever portions they write. Hence nothing here may depend on clocks, portions or memory: even when a batch is given up
 * depends on records only.
 *
 * The position is the first record of the oldest incomplete batch. Later records that are already in the store are
 * recognized by the runs of nodes: for each, the last batch completed here. That is enough because a node publishes the
 * batches of one run in the order of their ids (spool/fan-out.ts), live hits and imports alike.
 */

import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { timeFault } from '../hit/time.ts';
import { DAY } from '../timing/units.ts';
import { readRecord } from './record.ts';

/** How far a partition has been read, as stored in the store. */
export interface Position {
  /** The offset from which reading resumes. */
  readonly offset: bigint;
  /** The offset after the last record read. */
  readonly end: bigint;
  /** Number of the last completed batch, in milliseconds since 1970. */
  readonly last: number;
  /** Run of a node → its last completed batch, and the time of that batch's last record, in milliseconds. */
  readonly runs: ReadonlyMap<number, { readonly batch: bigint; readonly time: number }>;
}

export const BEGINNING: Position = { offset: 0n, end: 0n, last: 0, runs: new Map() };

/** A record as delivered by Kafka. */
export interface StreamRecord {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: string;
}

/** A batch to be stored. */
export interface AssembledBatch {
  /** Its identity in the store. */
  readonly id: bigint;
  readonly hits: readonly Hit[];
  /** Number of its hits that never arrived. */
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
  /** Position of the next expected record: after the hits, and those whose time was refused. */
  next: number;
  readonly offset: bigint;
  readonly since: number;
}

const RUN_BITS = 22n;
const RUN_MASK = (1n << RUN_BITS) - 1n;
/** Milliseconds of record time after which an incomplete batch is given up. */
const GIVE_UP_AFTER = DAY;
/** Maximum hits of incomplete batches. */
const MOST_OPEN = 1_000_000;
/** Milliseconds after which a node's run is dropped: its records will not be published again. */
const FORGET_AFTER = 40 * DAY;
/** 2100: record times are capped here, so a clock further ahead cannot affect batch numbers. */
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
  readonly #writers: Map<number, { batch: bigint; time: number }>;
  readonly #open = new Map<number, OpenBatch>();
  #openHits = 0;
  /** Complete batches that are not taken out yet. */
  #ready: AssembledBatch[] = [];
  #readyHits = 0;
  #end: bigint;
  /** Records before this offset were already checked before a restart. */
  readonly #checkedOffset: bigint;
  #last: number;
  #newest = 0;
  #duplicates = 0;

  /**
   * @param run of the partition: a 22-bit number
   * @param now milliseconds since 1970, to check the times of hits
   */
  constructor(run: number, position: Position, now: () => number = Date.now) {
    this.#run = BigInt(run);
    this.#now = now;
    this.#writers = new Map(position.runs);
    this.#end = position.offset;
    this.#checkedOffset = position.end;
    this.#last = position.last;
  }

  /** The offset of the next expected record. */
  get end(): bigint {
    return this.#end;
  }

  /** Hits of complete batches that are not taken out yet. */
  get readyHits(): number {
    return this.#readyHits;
  }

  get readyBatches(): number {
    return this.#ready.length;
  }

  /** Duplicate records. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /**
   * Takes the next record of the partition.
   *
   * @returns the error, if the record is not a valid hit and was not reported before
   */
  add(record: StreamRecord): HitError | undefined {
    if (record.offset < this.#end) return undefined;
    this.#end = record.offset + 1n;
    try {
      this.#add(record);
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      return record.offset < this.#checkedOffset ? undefined : error;
    }
    this.#giveUp();
    return undefined;
  }

  /** Takes out all complete batches, with the position that is valid once they are stored. */
  flushBatch(): FlushBatch {
    for (const [run, { time }] of this.#writers) {
      if (time < this.#newest - FORGET_AFTER) this.#writers.delete(run);
    }
    let offset = this.#end;
    for (const open of this.#open.values()) if (open.offset < offset) offset = open.offset;
    const end = this.#end > this.#checkedOffset ? this.#end : this.#checkedOffset;
    const position = { offset, end, last: this.#last, runs: new Map(this.#writers) };
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
    const done = this.#writers.get(run);
    let open = this.#open.get(run);
    if ((done && batch <= done.batch) || (open && batch < open.batch)) {
      this.#duplicates++;
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
    // Records ahead will come again: the node does not continue before the whole batch is acknowledged.
    if (of !== open.of || at > open.next) return;
    if (at < open.next) {
      this.#duplicates++;
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
    // A refused record still takes its position in the batch; otherwise the hits after it would wait forever.
    if (fault !== undefined) throw new HitError('invalid', `the hit cannot be counted: ${fault}`);
  }

  #complete(run: number, open: OpenBatch, time: number): void {
    this.#open.delete(run);
    this.#openHits -= open.hits.length;
    this.#writers.set(run, { batch: open.batch, time });
    const missing = open.of - open.next;
    if (open.hits.length === 0 && missing === 0) return;
    this.#last = Math.max(this.#last + 1, time);
    const id = (BigInt(this.#last) << RUN_BITS) | this.#run;
    this.#ready.push({ id, hits: open.hits, missing });
    this.#readyHits += open.hits.length;
  }

  /** Maps keep insertion order, so the oldest batch comes first. */
  #giveUp(): void {
    for (const [run, open] of this.#open) {
      if (this.#newest - open.since < GIVE_UP_AFTER && this.#openHits <= MOST_OPEN) return;
      this.#complete(run, open, this.#newest);
    }
  }
}
