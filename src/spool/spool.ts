/**
 * The durable queue between acknowledgement and sinks.
 *
 * Hits become durable in groups. While one group is being written and synced, the next gathers; there is no timer, so
 * one lonely hit waits for one sync only, and under load a group holds whatever came during the sync before. Groups
 * are appended to a file, a segment; a finished segment goes to the sink as one batch and is removed when it has
 * arrived. The file's name is the batch's identity, and its content never changes once it is finished: so a batch that
 * is sent twice, over a crash, is the same batch, and the sink can ignore it.
 *
 * A segment is finished when it is a second old and the sink has nothing else to do, or when it is large: under load
 * batches grow by themselves.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { ROW_LAYOUT, RowWriter } from '../hit/row.ts';
import { Drain } from './drain.ts';
import { OpenSegment } from './open-segment.ts';
import { nextName, parseName, recoverSegments, type Segment, writeNoted } from './segment.ts';
import type { Sink } from './sink.ts';

/** Milliseconds after which a segment is finished, if the sink is idle. */
const SEAL_AFTER = 1000;
/** Bytes at which a segment is finished in any case. */
const SEAL_BYTES = 32 * 1024 * 1024;
/** Bytes of hits that may wait in memory for a disk that hangs. */
const PENDING_BYTES = 64 * 1024 * 1024;
const RETRY_AFTER = 5;

export interface SpoolOptions {
  readonly folder: string;
  /** `disk`: a hit is acknowledged after fdatasync. `process`: after write, which a power cut may undo. */
  readonly durability: 'disk' | 'process';
  /** Bytes on disk at which new hits are refused. */
  readonly maxBytes: number;
  readonly sink: Sink;
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void };
}

/** Told whether the hit is durable. Without a fault it is. */
export type Done = (fault: HitError | undefined) => void;

/**
 * @example
 * await using spool = await Spool.open({ folder, durability: 'disk', maxBytes: 2 ** 30, sink, log: console });
 * spool.append(hit, (fault) => reply(fault ? 503 : 202));
 * await spool.flush(); // everything appended so far is in the sink
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #drain: Drain;
  #sequence = 1;
  /** Bytes in segments on disk. */
  #stored = 0;
  #accepted = 0;
  #segment: OpenSegment | undefined;
  /** Hits gather in one writer while the rows of the other are being written. */
  #gathering = new RowWriter();
  #writing = new RowWriter();
  #waiting: Done[] = [];
  #committing: Promise<void> | undefined;
  #sealTimer: NodeJS.Timeout | undefined;
  /** Those who wait for the segment under way to be finished. */
  #sealRequests: (() => void)[] = [];
  #closed = false;

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#drain = new Drain(options.sink, {
      delivered: (segment) => {
        this.#stored -= segment.bytes;
        if (this.#segment && this.#drain.backlog === 0) this.#scheduleSeal();
      },
      failed: (segment, message, pause) =>
        options.log.warn(
          `${options.sink.name}: batch ${segment.sequence} is not delivered yet, next try in ${pause} ms: ${message}`,
        ),
    });
  }

  /** Opens the folder, and takes up what an earlier run left. */
  static async open(options: SpoolOptions): Promise<Spool> {
    mkdirSync(options.folder, { recursive: true });
    const spool = new Spool(options);
    const recovery = await recoverSegments(options.folder);
    for (const { file, lostBytes } of recovery.damaged) {
      options.log.error(`spool: ${file} is damaged, ${lostBytes} bytes of it are set aside in damaged/`);
    }
    if (recovery.segments.length > 0) {
      options.log.info(`spool: ${recovery.rows} hits of the last run are taken up`);
    }
    for (const segment of recovery.segments) {
      spool.#sequence = segment.sequence + 1;
      spool.#stored += segment.bytes;
      spool.#drain.add(segment);
    }
    return spool;
  }

  /** Bytes on disk that are not delivered. */
  get bytes(): number {
    return this.#stored;
  }

  /** Hits acknowledged since the spool was opened. */
  get accepted(): number {
    return this.#accepted;
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
    const pending = this.#gathering.length;
    if (this.#closed || pending > PENDING_BYTES || this.#stored + pending >= this.#options.maxBytes) {
      throw new HitError('spool_full', this.#refusal(pending), { retryAfter: RETRY_AFTER });
    }
    this.#gathering.write(hit);
    this.#waiting.push(done);
    this.#committing ??= this.#commit();
  }

  /**
   * Adds a whole batch, made from something that can be read again: it is not synced, and after a crash it is there as
   * a whole or not at all. Waits for room, as its sender can wait.
   */
  async add(groups: Uint8Array, note: NonNullable<Segment['note']>): Promise<void> {
    while (this.#stored + groups.length > this.#options.maxBytes && this.#drain.backlog > 0) {
      await this.#drain.settled();
    }
    const base = nextName(this.#sequence++);
    await writeNoted(this.#options.folder, base, groups, note);
    this.#stored += groups.length;
    this.#enqueue(base, groups.length, note);
  }

  /** Resolves when all that is durable now is in the sink. */
  async flush(): Promise<void> {
    // Under load the committing never ends: it is asked to finish the segment after the group that gathers now.
    if (this.#committing) await new Promise<void>((resolve) => this.#sealRequests.push(resolve));
    else await this.#seal();
    await this.#drain.settled();
  }

  /** Takes no more hits, delivers what is there for at most `patience` milliseconds, and leaves the rest on disk. */
  async close(patience = 10_000): Promise<void> {
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.flush(), limit]);
    clearTimeout(timer);
    clearTimeout(this.#sealTimer);
    await this.#drain.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refusal(pending: number): string {
    if (this.#closed) return 'the server is closing';
    if (pending > PENDING_BYTES) return 'the disk does not keep up';
    return `the spool holds ${this.#options.maxBytes} bytes that the store has not taken yet (--spool-max)`;
  }

  /** Writes groups for as long as there are hits. The first turn is left to requests that came together. */
  async #commit(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      const requests = this.#sealRequests;
      this.#sealRequests = [];
      const writer = this.#gathering;
      this.#gathering = this.#writing;
      this.#writing = writer;
      let fault: HitError | undefined;
      try {
        await this.#write(writer.seal());
      } catch (error) {
        fault = this.#fail(error);
      }
      if (!fault) this.#accepted += waiting.length;
      for (const done of waiting) done(fault);
      if (requests.length > 0 || this.#mustSeal()) await this.#seal();
      for (const resolve of requests) resolve();
      if (this.#options.durability === 'process') await new Promise(setImmediate);
    }
    this.#committing = undefined;
    const requests = this.#sealRequests;
    this.#sealRequests = [];
    if (requests.length > 0) await this.#seal();
    for (const resolve of requests) resolve();
    if (this.#segment) this.#scheduleSeal();
  }

  async #write(group: Buffer): Promise<void> {
    const { folder, durability } = this.#options;
    this.#segment ??= await OpenSegment.create(folder, this.#sequence++, durability === 'disk');
    await this.#segment.append(group);
    this.#stored += group.length;
  }

  /**
   * A group that could not be written is refused as a whole, and its bytes are cut off: what is behind torn bytes
   * would be lost at recovery. After a failed sync nobody knows what the disk holds, so the segment ends here.
   */
  #fail(error: unknown): HitError {
    const reason = messageOf(error);
    this.#options.log.error(`spool: hits could not be written: ${reason}`);
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment) {
      const left = (second: unknown) =>
        this.#options.log.error(`spool: ${segment.base} is left for the next start: ${messageOf(second)}`);
      try {
        segment.cut();
        this.#finish(segment).catch(left);
      } catch (second) {
        left(second);
      }
    }
    return new HitError('spool_failed', `the hit could not be written: ${reason}`, {
      cause: error,
      retryAfter: RETRY_AFTER,
    });
  }

  #mustSeal(): boolean {
    const segment = this.#segment;
    if (!segment) return false;
    return segment.bytes >= SEAL_BYTES || this.#isDue(segment);
  }

  #isDue(segment: OpenSegment): boolean {
    return this.#drain.backlog === 0 && Date.now() - segment.opened >= SEAL_AFTER;
  }

  #scheduleSeal(): void {
    if (this.#sealTimer || this.#closed) return;
    this.#sealTimer = setTimeout(() => {
      this.#sealTimer = undefined;
      if (!this.#committing && this.#segment && this.#isDue(this.#segment)) void this.#seal();
      else if (this.#segment && this.#drain.backlog === 0) this.#scheduleSeal();
    }, SEAL_AFTER);
  }

  async #seal(): Promise<void> {
    const segment = this.#segment;
    if (!segment || segment.bytes === 0) return;
    this.#segment = undefined;
    await this.#finish(segment);
  }

  async #finish(segment: OpenSegment): Promise<void> {
    await segment.finish();
    if (segment.bytes > 0) this.#enqueue(segment.base, segment.bytes, undefined);
  }

  #enqueue(base: string, bytes: number, note: Segment['note']): void {
    const name = parseName(`${base}.rows`)!;
    const path = join(this.#options.folder, `${base}.rows`);
    this.#drain.add({ id: name.id, sequence: name.sequence, layout: ROW_LAYOUT, path, bytes, note });
  }
}
