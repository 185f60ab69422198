/**
 * The text of a followed log, from its beginning through renames, copies and compression to its end.
 *
 * After a block is read, the file is compared with the log, and only then the block is passed on. So if the file was truncated or
 * replaced before, even by a longer one, the block is read again from the file that holds the log now. There, reading starts
 * at the same position, after the bytes before it were compared.
 */
import type { FileHandle } from 'node:fs/promises';
import { pause } from '../../timing/pause.ts';
import { type FollowTimes, idleLimit, MISSING_SCANS } from './follow-times.ts';
import type { FollowedLog, LogFile } from './followed-log.ts';
import { compressedLength, contentOf, continues, openFound } from './log-content.ts';
import { inodeOf } from './log-files.ts';

const CHUNK = 256 * 1024;

export interface LogFeedOptions {
  readonly stop: AbortSignal;
  readonly times: FollowTimes;
  /** Whether other logs wait for their turn. */
  readonly isCrowded: () => boolean;
  /** Called at the current end of the log. */
  readonly onEnd: () => void;
  /** Called if no file is left that has what follows the position. */
  readonly onLost: () => void;
}

export class LogFeed {
  readonly #log: FollowedLog;
  readonly #options: LogFeedOptions;
  #file: FileHandle | undefined;
  #inode = '';
  /** Size and time of modification of the file when it was last compared. */
  #compared = '';
  /** Versions of files that do not continue the log. */
  readonly #rejected = new Set<string>();
  #grown = Number.NEGATIVE_INFINITY;

  /** @param log one of whose files is known */
  constructor(log: FollowedLog, options: LogFeedOptions) {
    this.#log = log;
    this.#options = options;
    log.mark = log.mark.restarted(log.files[0]!.head);
  }

  /**
   * Blocks of text, each valid until the next is requested.
   *
   * @throws when it is stopped: the text after the last line feed may be a partial line
   */
  async *bytes(): AsyncGenerator<Buffer> {
    const log = this.#log;
    const { stop, times, onEnd, onLost } = this.#options;
    const space = Buffer.allocUnsafeSlow(CHUNK);
    try {
      while (!stop.aborted) {
        if (!this.#file) {
          const found = await this.#find();
          if (!found) break;
          this.#file = await openFound(found);
          this.#inode = found.inode;
          this.#compared = '';
          if (!this.#file) await this.#nextScan();
          else if (found.isCompressed) {
            yield* this.#compressed(this.#file, found);
            return;
          }
          continue;
        }
        const { bytesRead } = await this.#file.read(space, 0, CHUNK, log.mark.position);
        if (!(await this.#isSame(this.#file, bytesRead))) {
          await this.close();
        } else if (bytesRead > 0) {
          const block = space.subarray(0, bytesRead);
          this.#grown = performance.now();
          log.mark.add(block);
          yield block;
        } else if (this.#longer()) {
          await this.close();
        } else {
          onEnd();
          if (await this.#isOver(this.#file)) return;
          await pause(times.poll, stop);
        }
      }
    } finally {
      await this.close();
    }
    if (stop.aborted) throw new Error('interrupted');
    onLost();
  }

  /** Waits for a file that continues the log. @returns undefined if none appears in time, or on a stop */
  async #find(): Promise<LogFile | undefined> {
    const { stop, times } = this.#options;
    const log = this.#log;
    const scans = log.scans + MISSING_SCANS;
    const since = performance.now();
    while (!stop.aborted) {
      const files = log.files.filter(({ version }) => !this.#rejected.has(version));
      const plain = files.filter(({ isCompressed, size }) => !isCompressed && size >= log.mark.position);
      if (plain.length > 0) return plain.reduce((a, b) => (b.size > a.size ? b : a));
      for (const file of files.filter(({ isCompressed }) => isCompressed)) {
        const known = log.mark.position === 0 ? log.lengths.get(file.version) : undefined;
        const length = known ?? (await compressedLength(file, log.mark));
        if (typeof length === 'number') return file;
        if (length === 'unusable') this.#rejected.add(file.version);
      }
      if (log.scans >= scans && performance.now() - since >= times.missing) return undefined;
      await pause(times.poll, stop);
    }
    return undefined;
  }

  /** Waits for the next scan, which finds the new name of a file. */
  async #nextScan(): Promise<void> {
    const { stop, times } = this.#options;
    const { scans } = this.#log;
    while (this.#log.scans === scans && !stop.aborted) await pause(times.poll, stop);
  }

  /** Closes the file, if it is open. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Whether an open file still holds the log, after a block was read from it. */
  async #isSame(file: FileHandle, bytesRead: number): Promise<boolean> {
    const found = await file.stat();
    const compared = `${found.size}:${found.mtimeMs}`;
    if (bytesRead === 0 && compared === this.#compared) return true;
    const { mark } = this.#log;
    if (found.size >= mark.position + bytesRead && (await continues(file, mark))) {
      this.#compared = compared;
      return true;
    }
    this.#rejected.add(`${inodeOf(found)}:${compared}`);
    return false;
  }

  /** Whether another file has more: the one that was read may be an incomplete copy. */
  #longer(): boolean {
    const { files, mark } = this.#log;
    return files.some(
      ({ isCompressed, inode, size, version }) =>
        !isCompressed && inode !== this.#inode && size > mark.position && !this.#rejected.has(version),
    );
  }

  /** Whether a file that was read to its end seems to be no longer written to. */
  async #isOver(file: FileHandle): Promise<boolean> {
    const { times, isCrowded } = this.#options;
    const as = this.#log.files.find(({ inode }) => inode === this.#inode)?.as;
    const idle = Math.max(performance.now() - this.#grown, Date.now() - (await file.stat()).mtimeMs);
    this.#log.isFinal = idle >= idleLimit(times, as);
    return this.#log.isFinal || (isCrowded() && idle >= times.crowdedIdle);
  }

  async *#compressed(file: FileHandle, found: LogFile): AsyncGenerator<Buffer> {
    const { mark } = this.#log;
    let skip = mark.position;
    for await (const part of contentOf(file, found)) {
      if (this.#options.stop.aborted) throw new Error('interrupted');
      const block = part.subarray(Math.min(skip, part.length));
      skip -= part.length - block.length;
      if (block.length === 0) continue;
      mark.add(block);
      yield block;
    }
    this.#log.isFinal = true;
    this.#options.onEnd();
  }
}
