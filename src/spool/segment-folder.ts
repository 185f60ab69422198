import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeSynced } from '../files/durable.ts';
import { OperationDurations } from '../timing/operation-durations.ts';
import { type BatchWithRecords, finishBatchWithRecords, writeBatchWithRecords } from './batch-records.ts';
import { Names } from './names.ts';
import { OpenSegment } from './open-segment.ts';
import type { Finished } from './pending-rename.ts';
import { Quarantine, type QuarantinedBatch } from './quarantine.ts';
import { joined, type Recovery, recoverSegments } from './recovery.ts';
import { type Addressed, addressed, prepareRequeue, recoverRequeued, requeuedBatch } from './requeued.ts';
import type { LogChunkRecord } from './segment.ts';
import type { SpoolOptions } from './spool-options.ts';

/** A file that says whether the folder can be written to; not a segment. */
const PROBE = 'probe';
/** As much as a small commit group. */
const PROBE_BYTES = Buffer.alloc(4096, 'x');

/** Seconds: from a disk with a write cache to one that hangs. */
const SYNC_BOUNDS = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
];

interface OpenFolder {
  readonly folder: SegmentFolder;
  /** What an earlier run left in it. */
  readonly recovery: Recovery;
  readonly addressed: readonly Addressed[];
}

/** The folder of segments and their names: a name is never used twice, by any run of any node. */
export class SegmentFolder {
  /** Durations of the syncs of commit groups. */
  readonly syncs = new OperationDurations(SYNC_BOUNDS);
  readonly quarantine: Quarantine;
  readonly #path: string;
  readonly #durable: boolean;
  readonly #names = new Names();

  /** @param durable whether each commit group is synced to disk */
  private constructor(path: string, durable: boolean, quarantine: Quarantine) {
    this.#path = path;
    this.quarantine = quarantine;
    this.#durable = durable;
  }

  /**
   * Opens a folder, and creates it if it does not exist.
   *
   * @throws HitError `data_dir_newer`
   */
  static async open({ folder: path, durability, maxBytes, ...options }: SpoolOptions): Promise<OpenFolder> {
    const sinks = options.sinks.map(({ name }) => name);
    mkdirSync(path, { recursive: true });
    await syncFolder(dirname(path));
    const quarantine = await Quarantine.open(path, maxBytes);
    const folder = new SegmentFolder(path, durability === 'disk', quarantine);
    // Recovered segments get another writer than the batches of this run, which are counted in live state too.
    const names = new Names();
    // These have ids already; the others may get larger ones.
    const requeued = await recoverRequeued(path, sinks, names);
    const recovery = joined([...requeued, await recoverSegments(path, names)]);
    folder.#names.passOver(names.next('rows'));
    return { folder, recovery, addressed: await addressed(recovery, quarantine, sinks) };
  }

  /** The writer of the batches of this run: a number of 22 bits. */
  get writer(): number {
    return this.#names.run;
  }

  /**
   * Resolves if this folder can be written to and synced now.
   *
   * @throws the system's error
   */
  async probe(): Promise<void> {
    const path = join(this.#path, PROBE);
    try {
      await rm(path, { force: true });
      await writeSynced(path, [PROBE_BYTES]);
    } finally {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Creates a segment, to which hits are appended. */
  create(): Promise<OpenSegment> {
    const syncs = this.#durable ? this.syncs : undefined;
    return OpenSegment.create(this.#path, this.#names.next('open'), syncs);
  }

  /** Finishes a segment and assigns its id. The caller must hand it over for delivery in the same turn. */
  finish(segment: OpenSegment): Finished {
    return segment.finish(this.#names.next('rows'));
  }

  /** Writes a batch that can be rebuilt, with notes on its source. */
  writeBatchWithRecords(
    rows: readonly Uint8Array[],
    content: { hits: number; notes: readonly LogChunkRecord[] },
  ): Promise<BatchWithRecords> {
    return writeBatchWithRecords(this.#path, this.#names.next('new'), rows, content);
  }

  /** Assigns a batch its id. The caller must hand it over for delivery in the same turn. */
  finishBatchWithRecords(batch: BatchWithRecords): Finished {
    return finishBatchWithRecords(this.#path, batch, this.#names.next('noted'));
  }

  /** Resolves when the folder for requeued batches of a sink is there. @throws the system's error */
  prepareRequeue(sink: string): Promise<void> {
    return prepareRequeue(this.#path, sink);
  }

  /** Assigns a batch that was set aside a new id. The caller must hand it over to its sink in the same turn. */
  requeue(batch: QuarantinedBatch): Finished {
    const name = { ...this.#names.next('rows'), layout: batch.name.layout };
    return requeuedBatch(this.#path, batch, name);
  }
}
