/**
 * The durable queue between acknowledgement and sinks.
 *
 * Hits become durable in groups. While one group is being written and synced, the next gathers; there is no timer, so
 * one lonely hit waits for one sync only, and under load a group holds whatever came during the sync before. Groups
 * are appended to a file, a segment; a finished segment goes to the sink as one batch and is removed when it has
 * arrived. It gets its id when it is finished and handed over for delivery, in one turn, so batches are delivered in the
 * order of their ids, those of imports among them. The id is the file's name, which is on the disk before the first
 * delivery, and the content never changes after that: so a batch that is sent twice, over a crash, is the same batch, and
 * the sink can ignore it.
 *
 * What can fail, fails towards the sender: a group that cannot be written is refused as a whole. What was acknowledged
 * stays on disk until the sink has it, whatever becomes of this process.
 */

import { HitError, messageOf } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { type BatchWithRecords, sizeOf } from './batch-records.ts';
import { BATCH_BYTES, SEAL_AFTER, SEAL_BYTES } from './bounds.ts';
import { CommitBuffer, type Done, tell } from './commit-buffer.ts';
import { addDamage, countDamages, type DamageCounts } from './damage.ts';
import { FanOut } from './fan-out.ts';
import type { OpenSegment } from './open-segment.ts';
import { recheck } from './recheck.ts';
import { logRecovery } from './recovery.ts';
import type { LogChunkRecord } from './segment.ts';
import { SegmentFolder } from './segment-folder.ts';
import type { SpoolOptions } from './spool-options.ts';
import { waitUpTo } from './wait-up-to.ts';
import { closedFault, diskFullFault, writeFault } from './write-fault.ts';

/**
 * @example
 * await using spool = await Spool.open({ folder, durability: 'disk', maxBytes: 2 ** 30, sinks: [store], log: console });
 * spool.append(hit, (fault) => reply(fault ? 503 : 202));
 * await spool.flush(); // everything appended so far is in the store
 */
export class Spool {
  /** What was found damaged when it was opened. */
  damage: DamageCounts;
  readonly #options: SpoolOptions;
  readonly #folder: SegmentFolder;
  readonly #drain: FanOut;
  /** Bytes in segments on disk, and of those that are being written. */
  #stored = 0;
  #accepted = 0;
  #segment: OpenSegment | undefined;
  readonly #gathering = new CommitBuffer();
  #committing: Promise<void> | undefined;
  /** Whole batches that are being written. */
  readonly #adding = new Set<Promise<BatchWithRecords>>();
  #sealTimer: NodeJS.Timeout | undefined;
  /** Those who wait for the segment under way to be finished. */
  readonly #sealRequests: (() => void)[] = [];
  /** Whether the last group could not be written. */
  #failing = false;
  #closed = false;

  private constructor(options: SpoolOptions, folder: SegmentFolder, damage: DamageCounts) {
    this.damage = damage;
    this.#options = options;
    this.#folder = folder;
    this.#drain = new FanOut(options.sinks, {
      delivered: (segment) => {
        this.#stored -= segment.bytes;
        if (this.#segment && this.#drain.backlog === 0) this.#scheduleSeal();
      },
      failed: ({ name }, { sequence }, message, pause) =>
        options.log.warn(`${name}: batch ${sequence} will be retried in ${pause} ms: ${message}`),
      recheck: async (segment) => {
        this.#stored -= segment.bytes;
        this.damage = addDamage(
          this.damage,
          await recheck(segment, options.log).finally(() => (this.#stored += segment.bytes)),
        );
      },
    });
  }

  /**
   * Opens the folder, and takes up what an earlier run left.
   *
   * @throws HitError `data_dir_newer`
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, recovery } = await SegmentFolder.open(options.folder, options.durability === 'disk');
    const spool = new Spool(options, folder, countDamages(recovery.damages));
    logRecovery(recovery, options.log);
    for (const segment of recovery.segments) {
      spool.#stored += segment.bytes;
      spool.#drain.add({ segment, naming: undefined });
    }
    return spool;
  }

  /** The writer of the batches that are appended or added from now on: the low 22 bits of their ids. */
  get writer(): number {
    return this.#folder.writer;
  }

  /** Bytes on disk that are not delivered. */
  get bytes(): number {
    return this.#stored;
  }

  /** Hits acknowledged since the spool was opened. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Why deliveries fail that are being tried again. */
  get failing(): readonly string[] {
    return this.#drain.failing;
  }

  /** Finished segments that are not delivered. */
  get backlog(): number {
    return this.#drain.backlog;
  }

  /**
   * Appends a hit. `done` is called once, in a later turn, when the hit is durable or when it failed.
   *
   * @throws HitError `spool_full` where there is no room; nothing was taken then, and `done` is not called.
   */
  append(hit: Hit, done: Done): void {
    this.#checkRoom();
    this.#gathering.add(hit, done);
    this.#committing ??= this.#commit();
  }

  /** As `append`, for rows that a collecting thread has written: all are durable, or none. */
  appendRows(rows: Uint8Array, hits: number, done: Done): void {
    this.#checkRoom();
    this.#gathering.addRows(rows, hits, done);
    this.#committing ??= this.#commit();
  }

  /**
   * Adds a whole batch, made from something that can be read again: after a crash it is there as a whole or not at all.
   * Waits for room, as its sender can wait.
   *
   * @param rows sealed groups
   * @param hits how many hits these hold
   * @throws HitError `spool_full` when the spool closes, `spool_failed` where the batch cannot be written
   */
  async add(rows: readonly Uint8Array[], notes: readonly LogChunkRecord[], hits: number): Promise<void> {
    const bytes = sizeOf(rows);
    const room = Math.min(BATCH_BYTES, this.#options.maxBytes / 2);
    while (!this.#closed && this.#drain.backlog > 0 && this.#stored + bytes > room) {
      await this.#drain.advanced();
    }
    if (this.#closed) throw closedFault();
    const adding = this.#folder.writeBatchWithRecords(rows, { hits, notes });
    this.#adding.add(adding);
    this.#stored += bytes;
    try {
      const batch = await adding;
      this.#drain.add(this.#folder.finishBatchWithRecords(batch));
    } catch (error) {
      this.#stored -= bytes;
      throw error instanceof HitError ? error : writeFault('the batch', error);
    } finally {
      this.#adding.delete(adding);
    }
  }

  /** Resolves when all that was appended or added so far is in the first sink, or refused. */
  async flush(): Promise<void> {
    await this.#finish();
    await this.#drain.settled();
  }

  /** Runs something while nothing is on its way into the sink. Hits are taken meanwhile, and delivered after. */
  pauseDelivery<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#drain.between(run);
  }

  /** Takes no more hits, delivers what is there for at most `patience` milliseconds, and leaves the rest on disk. */
  async close(patience = 10_000): Promise<void> {
    this.#closed = true;
    await waitUpTo(
      patience,
      this.#finish().then(() => this.#drain.emptied()),
    );
    clearTimeout(this.#sealTimer);
    // The folder may be another's after this, so nothing may be written any more.
    await Promise.allSettled([this.#committing, ...this.#adding]);
    await this.#drain.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkRoom(): void {
    const fault = diskFullFault(this.#closed, this.#gathering.bytes, this.#stored, this.#options.maxBytes);
    if (fault) throw fault;
  }

  /** Writes groups for as long as there are hits. The first turn is left to requests that came together. */
  async #commit(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#gathering.hits > 0) {
      const { bytes, hits, waiting } = this.#gathering.take();
      const requests = this.#sealRequests.splice(0);
      const fault = await this.#write(bytes, hits);
      if (!fault) this.#accepted += hits;
      tell(waiting, fault, (error) =>
        this.#options.log.error(`spool: a hit's sender could not be told: ${messageOf(error)}`),
      );
      if (this.#mustSeal()) this.#seal();
      this.#sealFor(requests);
      if (this.#options.durability === 'process') await new Promise(setImmediate);
    }
    this.#committing = undefined;
    this.#sealFor(this.#sealRequests.splice(0));
    if (this.#segment) this.#scheduleSeal();
  }

  #sealFor(requests: readonly (() => void)[]): void {
    if (requests.length > 0) this.#seal();
    for (const resolve of requests) resolve();
  }

  async #write(group: Buffer, hits: number): Promise<HitError | undefined> {
    this.#stored += group.length;
    try {
      this.#segment ??= await this.#folder.create();
      await this.#segment.append(group, hits);
    } catch (error) {
      this.#stored -= group.length;
      return this.#fail(error);
    }
    if (this.#failing) this.#options.log.info('spool: hits are accepted again');
    this.#failing = false;
    return undefined;
  }

  /**
   * A group that could not be written is refused as a whole, and its bytes are cut off. After a failed sync nobody
   * knows what the disk holds behind the last group, so the segment ends here.
   */
  #fail(error: unknown): HitError {
    const { log } = this.#options;
    const fault = writeFault('the hit', error);
    // A full disk refuses thousands of groups, and may hold the log too.
    if (!this.#failing) log.error(`spool: hits are refused: ${fault.message}`);
    this.#failing = true;
    this.#seal((segment) => segment.cut());
    return fault;
  }

  /** Ends the segment that holds what was appended so far. */
  async #finish(): Promise<void> {
    // Under load the committing never ends: it is asked to finish the segment after the group that gathers now.
    if (this.#committing) await new Promise<void>((resolve) => this.#sealRequests.push(resolve));
    else this.#seal();
  }

  #mustSeal(): boolean {
    const segment = this.#segment;
    return segment !== undefined && (segment.bytes >= SEAL_BYTES || this.#isDue(segment));
  }

  #isDue(segment: OpenSegment): boolean {
    return this.#drain.backlog === 0 && Date.now() - segment.opened >= SEAL_AFTER;
  }

  #scheduleSeal(): void {
    if (this.#sealTimer || this.#closed) return;
    this.#sealTimer = setTimeout(() => {
      this.#sealTimer = undefined;
      if (!this.#committing && this.#segment && this.#isDue(this.#segment)) this.#seal();
      else if (this.#segment && this.#drain.backlog === 0) this.#scheduleSeal();
    }, SEAL_AFTER);
  }

  /**
   * Ends the segment and hands it over, within this turn: so whoever asks what is to be delivered never finds it between
   * two places.
   *
   * @param prepare what is to be done with it before
   */
  #seal(prepare: (segment: OpenSegment) => void = () => undefined): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!segment) return;
    try {
      prepare(segment);
      if (segment.bytes > 0) this.#drain.add(this.#folder.finish(segment));
      else segment.discard();
    } catch (error) {
      this.#options.log.error(`spool: ${segment.path} is left for the next start: ${messageOf(error)}`);
    }
  }
}
