/**
 * Follows logs through rotation. A scan finds all files that may hold a followed log, and identifies the log of each by its
 * content: names and inodes do not identify it, as a file may be renamed, copied, truncated, replaced or compressed between two
 * scans, or while no follower runs. Each log is read once, from the file that has most of it.
 *
 * Bounds: at most `mostRunning` logs are read at a time. Of these, at most `MOST_CATCHING_UP` have not reached their end yet, and
 * at most one of them is no longer written to. Other logs wait.
 *
 * Invariants: a log is read by one feed at a time, and each file is assigned to one log.
 */
import assert from 'node:assert/strict';
import { pause } from '../../timing/pause.ts';
import type { ImportedTo } from '../import-progress.ts';
import type { DueLog } from './due-log.ts';
import { FOLLOW_TIMES, type FollowTimes, idleLimit } from './follow-times.ts';
import { FollowedLog, type LogFile } from './followed-log.ts';
import { compressedLength, openFound, readAt, readHead } from './log-content.ts';
import { LogFeed } from './log-feed.ts';
import { type FollowTarget, type FoundFile, findFiles } from './log-files.ts';
import { type Digest, LogMark } from './log-mark.ts';
import type { LogPositions } from './log-positions.ts';
import type { LostLines } from './lost-lines.ts';

/** Logs that are read at a time, by default. */
const MOST_RUNNING = 100;
const MOST_CATCHING_UP = 2;
const TRUNCATED = 'it is truncated or damaged';

export interface FollowerOptions {
  readonly targets: readonly FollowTarget[];
  readonly positions: LogPositions;
  readonly digest: Digest;
  /** Whether the store has a chunk of a log. */
  readonly isImported: (chunk: Pick<ImportedTo, 'root' | 'digest'>) => Promise<boolean>;
  readonly onLost: (lost: LostLines) => void;
  /** Called with each file that cannot be read, on every scan. */
  readonly onUnreadable: (path: string, error: unknown) => void;
  readonly stop: AbortSignal;
  readonly times?: FollowTimes;
  /** Logs that are read at a time. Default 100. */
  readonly mostRunning?: number;
}

interface AssignedFile {
  readonly log: FollowedLog;
  readonly file: LogFile;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #times: FollowTimes;
  readonly #mostRunning: number;
  readonly #logs = new Set<FollowedLog>();
  readonly #catchingUp = new Map<FollowedLog, { readonly isClosed: boolean }>();
  /** What the files of the last scan were found to hold, by their version. */
  #assigned = new Map<string, AssignedFile>();
  #waiting = 0;
  #running = 0;
  #wake = new AbortController();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#times = options.times ?? FOLLOW_TIMES;
    this.#mostRunning = options.mostRunning ?? MOST_RUNNING;
  }

  /**
   * Logs to import, each concurrently with those before it. Ends when it is stopped.
   *
   * @throws HitError `data_dir_unusable`
   */
  async *logs(): AsyncGenerator<DueLog> {
    const { targets, positions, digest, stop } = this.#options;
    for (const target of targets) {
      for (const stored of await positions.read(target)) {
        this.#logs.add(FollowedLog.restored(target, stored, digest));
      }
    }
    stop.addEventListener('abort', () => this.#wake.abort());
    while (!stop.aborted) {
      await this.#scan();
      this.#waiting = 0;
      for (const log of await this.#due()) {
        if (stop.aborted) return;
        if (!this.#mayStart(log)) this.#waiting++;
        else if (await this.#isReadable(log)) yield this.#start(log);
      }
      this.#forgetMissing();
      this.save();
      await pause(this.#times.scan, this.#wake.signal);
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
    }
  }

  /** Saves the positions. @throws HitError `data_dir_unusable` */
  save(): void {
    for (const target of this.#options.targets) {
      const logs = [...this.#logs].filter((log) => log.target.path === target.path);
      this.#options.positions.write(
        target,
        logs.map((log) => log.toStored()),
      );
    }
  }

  async #scan(): Promise<void> {
    const found = await findFiles(this.#options.targets);
    const assigned = new Map<string, AssignedFile>();
    // The longest first: a shorter file with the same beginning is an incomplete copy.
    for (const file of found.sort((a, b) => b.size - a.size)) {
      const known = this.#assigned.get(file.version);
      try {
        const now = known && this.#logs.has(known.log) ? known : await this.#assign(file);
        if (now) assigned.set(file.version, { log: now.log, file: { ...now.file, ...file } });
      } catch (error) {
        this.#options.onUnreadable(file.path, error);
      }
    }
    this.#assigned = assigned;
    const filesOf = Map.groupBy(assigned.values(), ({ log }) => log);
    for (const log of this.#logs) log.found((filesOf.get(log) ?? []).map(({ file }) => file));
  }

  /** @returns undefined if it is not known yet which log the file holds */
  async #assign(found: FoundFile): Promise<AssignedFile | undefined> {
    const begin = await readHead(found);
    if (!begin) return undefined;
    if (begin.head.length === 0) {
      if (begin.isBroken && this.#isSettled(found)) throw new Error(TRUNCATED);
      return undefined;
    }
    const file = { ...found, ...begin };
    for (const log of this.#logs) if (await fits(log, file)) return { log, file };
    // If the file was replaced in the meantime, its beginning and its end are of two logs.
    const again = await readHead(found);
    if (!again?.head.subarray(0, begin.head.length).equals(begin.head)) return undefined;
    const { digest } = this.#options;
    const log = new FollowedLog(found.target, found.name, LogMark.unread(digest, begin.head), Date.now());
    this.#logs.add(log);
    return { log, file };
  }

  /** Logs that have something to read, the oldest first. */
  async #due(): Promise<FollowedLog[]> {
    const due: FollowedLog[] = [];
    for (const log of this.#logs) {
      if (!log.isRunning && !log.isSkipped && (await this.#hasUnread(log))) due.push(log);
    }
    const ages = new Map(due.map((log) => [log, Math.min(...log.files.map(({ modified }) => modified))]));
    return due.sort((a, b) => ages.get(a)! - ages.get(b)!);
  }

  async #hasUnread(log: FollowedLog): Promise<boolean> {
    if (log.files.length === 0) return false;
    if (!log.isConfirmed) {
      log.isConfirmed = true;
      if (!log.imported || !(await this.#options.isImported(log.imported))) log.length = undefined;
    }
    return log.files.some(
      ({ isCompressed, size, version }) =>
        (isCompressed && !log.lengths.has(version)) || (!isCompressed && size >= readFrom(log)),
    );
  }

  /** Whether a log has a plain file with unread text, or a compressed one that is complete. */
  async #isReadable(log: FollowedLog): Promise<boolean> {
    for (const file of log.files) {
      if (!file.isCompressed) {
        if (file.size >= readFrom(log)) return true;
        continue;
      }
      const length = await this.#lengthOf(log, file);
      if (typeof length === 'number' && length >= readFrom(log)) return true;
    }
    return false;
  }

  async #lengthOf(log: FollowedLog, file: LogFile): Promise<number | 'unusable' | undefined> {
    const known = log.lengths.get(file.version);
    if (known !== undefined) return known;
    const length = await compressedLength(file, log.mark);
    if (length !== undefined) log.lengths.set(file.version, length);
    if (typeof length === 'number') log.sees(length);
    if (length === 'unusable' && this.#isSettled(file)) {
      this.#options.onUnreadable(file.path, new Error(TRUNCATED));
    }
    return length;
  }

  /** Whether a file has not changed for so long that its compression must have ended. */
  #isSettled({ modified }: FoundFile): boolean {
    return Date.now() - modified >= this.#times.rotatedIdle;
  }

  #mayStart(log: FollowedLog): boolean {
    if (this.#running >= this.#mostRunning || this.#catchingUp.size >= MOST_CATCHING_UP) return false;
    const isClosed = this.#isClosed(log);
    return !isClosed || ![...this.#catchingUp.values()].some((other) => other.isClosed);
  }

  #isClosed({ files }: FollowedLog): boolean {
    return files.every(
      ({ isCompressed, as, modified }) => isCompressed || Date.now() - modified >= idleLimit(this.#times, as),
    );
  }

  #start(log: FollowedLog): DueLog {
    assert.ok(!log.isRunning, 'a log is read by one feed at a time');
    const { stop } = this.#options;
    const isClosed = this.#isClosed(log);
    this.#catchingUp.set(log, { isClosed });
    this.#running++;
    log.isRunning = true;
    log.length = undefined;
    log.isFinal = false;
    const feed = new LogFeed(log, {
      stop,
      times: this.#times,
      isCrowded: () => this.#waiting > 0 && this.#running >= this.#mostRunning,
      onEnd: () => this.#caughtUp(log),
      onLost: () => this.#lost(log, Math.max(log.mark.position, log.storedTo)),
    });
    return {
      name: log.name,
      isClosed,
      bytes: feed.bytes(),
      isSibling: log.files.every(({ as }) => as === 'rotated'),
      stored: (imported) => log.stored(imported, Date.now()),
      ended: async (outcome) => {
        await feed.close();
        log.isRunning = false;
        if (outcome === 'skipped') log.isSkipped = true;
        else if (!stop.aborted) log.length = log.mark.position;
        this.#running--;
        this.#caughtUp(log);
      },
    };
  }

  #caughtUp(log: FollowedLog): void {
    if (this.#catchingUp.delete(log)) this.#wake.abort();
  }

  #lost(log: FollowedLog, read: number): void {
    log.isFinal = true;
    this.#options.onLost({ name: log.name, read, unread: log.unreadAfter(read), readAt: log.readAt });
  }

  /** Whether a file of another log has the same beginning, and nothing of this log was read: then the two are the same log. */
  #isElsewhere({ storedTo, mark }: FollowedLog): boolean {
    return storedTo === 0 && [...this.#assigned.values()].some(({ file }) => mark.fitsHead(file.head));
  }

  #forgetMissing(): void {
    for (const log of this.#logs) {
      if (log.isRunning || !log.isMissing(this.#times.missing)) continue;
      if (log.mayHaveMore && !this.#isElsewhere(log)) this.#lost(log, log.storedTo);
      this.#logs.delete(log);
    }
  }
}

/** The bytes that a file must have to hold something that was not read. */
function readFrom({ length, mark }: FollowedLog): number {
  return length === undefined ? mark.position : length + 1;
}

/** Whether a file holds a log, or the beginning of it. */
async function fits({ mark }: FollowedLog, found: LogFile): Promise<boolean> {
  if (!mark.fitsHead(found.head)) return false;
  const { start, length, fits } = mark.tailCheck();
  // The end of a compressed file is compared when it is read.
  if (found.isCompressed || found.size < start + length) return true;
  const file = await openFound(found);
  if (!file) return true;
  await using _ = file;
  return fits(await readAt(file, start, length));
}
