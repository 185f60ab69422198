/**
 * The durable queue between acknowledgement and sinks.
 *
 * Hits become durable in commit groups. While one group is written and synced, the next is collected. There is no timer:
 * a single hit waits for one sync only, and under load a group holds all hits received during the previous sync. Groups
 * are appended to a segment file; a finished segment is delivered to the sink as one batch and removed afterwards.
 * Finishing a segment, assigning its id and handing it over happen in one turn, so batches, including those of imports,
 * are delivered in the order of their ids. The id is the file's name, which is durable before the first delivery, and the
 * content never changes after that: a batch that is sent twice because of a crash is identical, so sinks can ignore it.
 *
 * Failures are reported to the sender: a group that cannot be written is rejected as a whole. Acknowledged hits stay on
 * disk until the sink has them, even if this process dies.
 */

import { HitError, messageOf } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { type BatchWithRecords, sizeOf } from './batch-records.ts';
import { BATCH_BYTES, isComplete } from './bounds.ts';
import { acknowledge, CommitBuffer, type Done } from './commit-buffer.ts';
import { addDamage, countDamages, type DamageCounts } from './damage.ts';
import { FanOut } from './fan-out.ts';
import type { OpenSegment } from './open-segment.ts';
import { type Quarantine, type QuarantinedBatch, setAside } from './quarantine.ts';
import { recheck } from './recheck.ts';
import { logRecovery } from './recovery.ts';
import { type Addressed, requeue } from './requeued.ts';
import { SealTimer } from './seal-timer.ts';
import type { LogChunkRecord } from './segment.ts';
import { SegmentFolder } from './segment-folder.ts';
import { whileWriting } from './slow-write.ts';
import type { SpoolOptions } from './spool-options.ts';
import { closedFault, refusal, slowDisk, WriteFaults, writeFault } from './write-fault.ts';

/**
 * @example
 * await using spool = await Spool.open({ folder, durability: 'disk', maxBytes: 2 ** 30, sinks: [store], log: console });
 * spool.append(hit, (fault) => reply(fault ? 503 : 202));
 * await spool.flush(); // everything appended so far is in the store
 */
export class Spool {
  /** Damage found when the spool was opened, and since. */
  damage: DamageCounts;
  /** Bytes of segments on disk that are not delivered yet, including those being written. */
  bytes = 0;
  /** Hits acknowledged since the spool was opened. */
  accepted = 0;
  /** Durations of the syncs of commit groups. */
  readonly syncs: SegmentFolder['syncs'];
  readonly #options: SpoolOptions;
  readonly #folder: SegmentFolder;
  readonly #fanOut: FanOut;
  /** Batches that a sink refuses. */
  readonly quarantine: Quarantine;
  #segment: OpenSegment | undefined;
  readonly #openGroup = new CommitBuffer();
  #committing: Promise<void> | undefined;
  /** Complete batches that are being written. */
  readonly #adding = new Set<Promise<BatchWithRecords>>();
  readonly #sealTimer = new SealTimer(() => this.#sealInTime());
  /** Callers that wait for the current segment to be finished. */
  readonly #sealRequests: (() => void)[] = [];
  readonly #faults: WriteFaults;
  #closed = false;

  private constructor(options: SpoolOptions, folder: SegmentFolder, damage: DamageCounts) {
    this.damage = damage;
    this.quarantine = folder.quarantine;
    this.#options = options;
    this.#folder = folder;
    this.#faults = new WriteFaults(options.log);
    this.syncs = folder.syncs;
    this.#fanOut = new FanOut(options.sinks, {
      delivered: (segment) => {
        this.bytes -= segment.bytes;
        if (this.#segment && this.#fanOut.backlog === 0) this.#sealTimer.start();
      },
      failed: ({ name }, { sequence }, message, pause) =>
        options.log.warn(`${name}: batch ${sequence} will be retried in ${pause} ms: ${message}`),
      recheck: async (segment) => {
        this.bytes -= segment.bytes;
        const found = await recheck(segment, options.log).finally(() => (this.bytes += segment.bytes));
        this.damage = addDamage(this.damage, found);
      },
      rejected: (sink, segment, message) => setAside(this.quarantine, sink, segment, message, options.log),
    });
  }

  /**
   * Opens the folder, and recovers what an earlier run left.
   *
   * @throws HitError `data_dir_newer`
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, recovery, addressed } = await SegmentFolder.open(options);
    const spool = new Spool(options, folder, countDamages(recovery.damages));
    logRecovery(recovery, options.log);
    for (const { segment, missing } of addressed) {
      spool.bytes += segment.bytes;
      spool.#fanOut.add({ segment, rename: undefined }, missing);
    }
    return spool;
  }

  /** Writer of the batches appended or added from now on: the low 22 bits of their ids. */
  get writer(): number {
    return this.#folder.writer;
  }

  /** Errors of the deliveries that are being retried, or hang. */
  get failing(): readonly string[] {
    return this.#fanOut.failing;
  }

  /** Finished segments that are not delivered yet. */
  get backlog(): number {
    return this.#fanOut.backlog;
  }

  /**
   * Appends a hit. `done` is called once, in a later turn, when the hit is durable or has failed.
   *
   * @throws HitError `spool_full` if there is no room; the hit is not appended then, and `done` is not called.
   */
  append(hit: Hit, done: Done): void {
    this.#checkRoom();
    this.#openGroup.add(hit, done);
    this.#committing ??= this.#commit();
  }

  /** Resolves if a hit would become durable now. @throws HitError `spool_full`; the disk's error */
  async probe(): Promise<void> {
    this.#checkRoom();
    await this.#folder.probe();
  }

  /** Like `append`, for rows that a collector thread has encoded: all become durable, or none. */
  appendRows(rows: Uint8Array, hits: number, done: Done): void {
    this.#checkRoom();
    this.#openGroup.addRows(rows, hits, done);
    this.#committing ??= this.#commit();
  }

  /**
   * Adds a complete batch, built from a source that can be read again: after a crash it is either complete or absent.
   * Waits for room, as its sender can wait.
   *
   * @param rows sealed groups
   * @param hits number of hits in `rows`
   * @throws HitError `spool_full` when the spool closes, `spool_failed` if the batch cannot be written
   */
  async add(rows: readonly Uint8Array[], notes: readonly LogChunkRecord[], hits: number): Promise<void> {
    const [bytes, room] = [sizeOf(rows), Math.min(BATCH_BYTES, this.#options.maxBytes / 2)];
    while (!this.#closed && this.#fanOut.backlog > 0 && this.bytes + bytes > room)
      await this.#fanOut.advanced();
    if (this.#closed) throw closedFault();
    const adding = this.#folder.writeBatchWithRecords(rows, { hits, notes });
    this.#adding.add(adding);
    this.bytes += bytes;
    try {
      const batch = await adding;
      this.#fanOut.add(this.#folder.finishBatchWithRecords(batch));
    } catch (error) {
      this.bytes -= bytes;
      throw error instanceof HitError ? error : writeFault('the batch', error);
    } finally {
      this.#adding.delete(adding);
    }
  }

  /**
   * Resolves when everything appended or added so far is in the first sink, or rejected.
   *
   * @throws HitError `store_unavailable`, only with `mayFail`, if deliveries fail, or hang, for too long
   */
  async flush({ mayFail }: { readonly mayFail: boolean } = { mayFail: false }): Promise<void> {
    await this.#finish();
    await (mayFail ? this.#fanOut.stored() : this.#fanOut.idle());
  }

  /** Runs a function while delivery to the first sink is paused. Hits are still accepted, and delivered afterwards. */
  pauseDelivery<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#fanOut.between(run);
  }

  /**
   * Delivers batches that are set aside again, each to the sink that refused it, under a new id.
   *
   * @param before called with each one first
   * @returns those that are delivered again, each with its sink
   */
  requeue(before?: (batch: QuarantinedBatch) => Promise<void>): Promise<Addressed[]> {
    const sinks = this.#options.sinks.map(({ name }) => name);
    return requeue(this.quarantine, sinks, this.#folder, before, (finished, sink) => {
      this.bytes += finished.segment.bytes;
      this.#fanOut.add(finished, [sink]);
    });
  }

  /** Rejects new hits, delivers the rest for at most `timeout` milliseconds, and leaves what remains on disk. */
  async close(timeout = 10_000): Promise<void> {
    this.#closed = true;
    this.#sealTimer.end();
    await waitUpTo(
      timeout,
      this.#finish().then(() => this.#fanOut.emptied()),
    );
    // Another process may take the folder after this, so nothing may be written any more.
    await Promise.allSettled([this.#committing, ...this.#adding]);
    await this.#fanOut.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkRoom(): void {
    const stored = this.bytes + this.quarantine.bytes;
    const fault = refusal(this.#closed, this.#openGroup, stored, this.#options);
    if (fault) throw fault;
  }

  /** Writes groups as long as there are hits. Yields one turn first, to collect requests that arrive together. */
  async #commit(): Promise<void> {
    const { log } = this.#options;
    await new Promise(setImmediate);
    while (this.#openGroup.hits > 0) {
      const { bytes, hits, waiting } = this.#openGroup.take();
      const requests = this.#sealRequests.splice(0);
      const fault = await whileWriting(this.#write(bytes, hits), () =>
        acknowledge(this.#openGroup.withdraw(), slowDisk(), log),
      );
      this.#openGroup.written();
      if (!fault) this.accepted += hits;
      acknowledge(waiting, fault, log);
      if (this.#mustSeal()) this.#seal();
      this.#sealFor(requests);
      if (this.#options.durability === 'process') await new Promise(setImmediate);
    }
    this.#committing = undefined;
    this.#sealFor(this.#sealRequests.splice(0));
    if (this.#segment) this.#sealTimer.start();
  }

  #sealFor(requests: readonly (() => void)[]): void {
    if (requests.length > 0) this.#seal();
    for (const resolve of requests) resolve();
  }

  async #write(group: Buffer, hits: number): Promise<HitError | undefined> {
    this.bytes += group.length;
    try {
      this.#segment ??= await this.#folder.create();
      await this.#segment.append(group, hits);
    } catch (error) {
      this.bytes -= group.length;
      // After a failed sync the content of the disk after the last group is unknown, so the segment ends here.
      this.#seal((segment) => segment.cut());
      return this.#faults.add(error);
    }
    this.#faults.end();
    return undefined;
  }

  /** Finishes the segment that holds the hits appended so far. */
  async #finish(): Promise<void> {
    // Under load the commit loop never ends, so it is asked to finish the segment after the group being collected.
    if (this.#committing) await new Promise<void>((resolve) => this.#sealRequests.push(resolve));
    else this.#seal();
  }

  #mustSeal(): boolean {
    return isComplete(this.#segment, this.#fanOut.backlog === 0, this.#options.segmentBytes);
  }

  /** @returns whether the segment must be finished later */
  #sealInTime(): boolean {
    const isTime = !this.#committing && this.#mustSeal();
    if (isTime) this.#seal();
    return !isTime && this.#segment !== undefined && this.#fanOut.backlog === 0;
  }

  /**
   * Finishes the segment and hands it over in the same turn, so it is always either open or queued for delivery.
   *
   * @param prepare called with the segment first
   */
  #seal(prepare: (segment: OpenSegment) => void = () => undefined): void {
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = undefined;
    try {
      prepare(segment);
      if (segment.bytes > 0) this.#fanOut.add(this.#folder.finish(segment));
      else segment.discard();
    } catch (error) {
      this.#options.log.error(`spool: ${segment.path} is left for the next start: ${messageOf(error)}`);
    }
  }
}
