import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RowWriter } from '../rows/row.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { RUNS } from '../spool/segment.ts';
import type { Store } from '../store/store.ts';
import { BatchReassembler, BEGINNING, type FlushBatch, type Position } from './batch-reassembler.ts';
import { DeadLetters } from './dead-letters.ts';

/** Maximum hits and batches per statement. */
const FULL_HITS = 50_000;
const FULL_BATCHES = 500;

export interface PartitionOptions {
  readonly store: Store;
  /** Folder for rows and dead letters. */
  readonly folder: string;
  /** Name and id of the topic. */
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly log: { warn(message: string): void; error(message: string): void };
}

/** A record as received from the Kafka client. */
export interface Message {
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
}

/** Counts of processed records since the start. */
export interface LoaderCounts {
  hits: number;
  batches: number;
  /** Duplicate records. */
  again: number;
  /** Records that are not valid hits. */
  deadLetters: number;
  /** Hits that never arrived, of incomplete batches. */
  missing: number;
}

/** The run number of a partition's batches in the store (clickhouse/watermarks.ts). */
function writerOfPartition(topicId: string, partition: number): number {
  return createHash('sha256').update(`${topicId}/${partition}`).digest().readUInt32LE() % RUNS;
}

/** The position where reading of a partition begins. */
export async function readPosition(store: Store, topic: string, partition: number): Promise<Position> {
  const [row] = await store.rows<{ offset: string; end: string; last: string; runs: string }>(
    'stream_position',
    { topic, partition },
  );
  if (!row) return BEGINNING;
  const runs = JSON.parse(row.runs) as [run: number, batch: string, time: number][];
  return {
    offset: BigInt(row.offset),
    end: BigInt(row.end),
    last: Number(row.last),
    runs: new Map(runs.map(([run, batch, time]) => [run, { batch: BigInt(batch), time }])),
  };
}

/** Loads the hits of one partition into the store. */
export class PartitionLoader {
  readonly #options: PartitionOptions;
  readonly #reassembler: BatchReassembler;
  readonly #counts: LoaderCounts;
  readonly #deadLetters: DeadLetters;
  readonly #writer = new RowWriter();
  /** Invalid records since the last flush. */
  #deadLetterCount = 0;
  #firstDeadLetter = '';
  #again = 0;
  /** The batches being stored; kept for a retry if that fails. */
  #pending: FlushBatch | undefined;
  #stored: Position;

  /** @param counts are incremented */
  constructor(options: PartitionOptions, position: Position, counts: LoaderCounts) {
    const { folder, topic, topicId, partition } = options;
    this.#options = options;
    this.#reassembler = new BatchReassembler(writerOfPartition(topicId, partition), position);
    this.#stored = position;
    this.#counts = counts;
    this.#deadLetters = new DeadLetters(join(folder, 'set-aside', `${topic}-${partition}.ndjson`));
  }

  /** The offset of the next expected record. */
  get end(): bigint {
    return this.#reassembler.end;
  }

  /** The offset from which reading resumes after a restart. */
  get offset(): bigint {
    return this.#stored.offset;
  }

  /** Whether so many hits are waiting that they should be stored before more is read. */
  get isFull(): boolean {
    const { readyHits, readyBatches } = this.#reassembler;
    return readyHits >= FULL_HITS || readyBatches >= FULL_BATCHES;
  }

  take({ offset, timestamp, key, value }: Message): void {
    const text = value?.toString() ?? '';
    const fault = this.#reassembler.add({ offset, timestamp: Number(timestamp), value: text });
    if (!fault) return;
    const reason = fault.message;
    const isKept = this.#deadLetters.add({ offset, timestamp: Number(timestamp), key, value, reason });
    if (this.#deadLetterCount++ === 0)
      this.#firstDeadLetter = `offset ${offset}${isKept ? '' : ', not kept'}: ${reason}`;
  }

  /**
   * Stores complete batches and the position after them.
   *
   * @returns whether there was anything to store
   * @throws HitError `store_unavailable`: the next call stores the same batches
   */
  async flush(): Promise<boolean> {
    if (!this.#pending && this.#reassembler.end <= this.#stored.end && this.#reassembler.readyBatches === 0)
      return false;
    this.#pending ??= this.#reassembler.flushBatch();
    const { batches, hits, position } = this.#pending;
    if (batches.length > 0) await this.#store(batches);
    this.#deadLetters.sync();
    await this.#keep(position);
    this.#pending = undefined;
    this.#stored = position;
    this.#counts.hits += hits;
    this.#counts.batches += batches.length;
    this.#logDeadLetters(batches);
    return true;
  }

  close(): void {
    this.#deadLetters.close();
  }

  async #store(batches: FlushBatch['batches']): Promise<void> {
    const { store, folder, topicId, partition } = this.#options;
    const path = join(folder, `stream-${partition}.rows`);
    const id = Buffer.alloc(8);
    for (const batch of batches) {
      id.writeBigUInt64LE(batch.id);
      for (const hit of batch.hits) {
        this.#writer.write(hit);
        this.#writer.append(id);
      }
    }
    await writeFile(path, this.#writer.finish(), { mode: 0o600 });
    const ids = batches.map(({ id }) => id);
    const hits = batches.map((batch) => batch.hits.length);
    await store.deliverBatches({
      path,
      layout: ROW_LAYOUT,
      ids,
      hits,
      name: `stream-${topicId}-${partition}`,
    });
  }

  async #keep({ offset, end, last, runs }: Position): Promise<void> {
    const { store, topicId: topic, partition } = this.#options;
    const rows = Array.from(runs, ([run, { batch, time }]) => [run, String(batch), time]);
    const values = { topic, partition, offset, end, last, runs: JSON.stringify(rows) };
    await store.execute('insert_stream_position', values);
  }

  #logDeadLetters(batches: FlushBatch['batches']): void {
    const { topic, partition, log } = this.#options;
    const where = `${topic}, partition ${partition}`;
    this.#counts.again += this.#reassembler.duplicates - this.#again;
    this.#again = this.#reassembler.duplicates;
    if (this.#deadLetterCount > 0) {
      this.#counts.deadLetters += this.#deadLetterCount;
      log.warn(
        `${where}: ${this.#deadLetterCount} dead letters are in ${this.#deadLetters.path}, the first at ${this.#firstDeadLetter}`,
      );
      this.#deadLetterCount = 0;
    }
    const missing = batches.reduce((sum, batch) => sum + batch.missing, 0);
    if (missing === 0) return;
    this.#counts.missing += missing;
    log.error(
      `${where}: ${missing} hits are missing: the rest of their batches is not in the topic any more`,
    );
  }
}
