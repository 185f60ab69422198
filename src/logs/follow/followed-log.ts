import type { ImportedTo } from '../import-progress.ts';
import { MISSING_SCANS } from './follow-times.ts';
import type { FileHead } from './log-content.ts';
import type { FollowTarget, FoundFile } from './log-files.ts';
import { type Digest, LogMark, type StoredMark } from './log-mark.ts';

/** A file that holds a log, or the beginning of it while it is being copied. */
export type LogFile = FoundFile & FileHead;

/** A followed log in the data folder. */
export interface StoredLog extends StoredMark, Partial<Pick<ImportedTo, 'root' | 'digest'>> {
  /** The last name of its file, without the folder. */
  readonly name: string;
  /** The largest size of its files, in bytes. */
  readonly size: number;
  /** Whether it was read to its end, and no longer written to. */
  readonly complete: boolean;
  /** Whether it was last seen under the name that is written to. */
  readonly current: boolean;
  /** When it was last read from, ISO 8601. */
  readonly read_at: string;
}

/** A log: the lines that are written to one file until it is rotated, wherever they are afterwards. */
export class FollowedLog {
  readonly target: FollowTarget;
  name: string;
  mark: LogMark;
  /** Those of the last scan. */
  files: readonly LogFile[] = [];
  /** Scans so far. */
  scans = 0;
  isRunning = false;
  /** Whether it must not be read. */
  isSkipped = false;
  /** Bytes, if it was read to its end. */
  length: number | undefined;
  /** Whether it seems to be no longer written to. */
  isFinal = false;
  /** Whether the store was asked if it has this log, which an earlier process completed. */
  isConfirmed = true;
  /** Bytes of text in its compressed files, by their version; `unusable` for those that are incomplete. */
  readonly lengths = new Map<string, number | 'unusable'>();
  #foundAt = performance.now();
  #scansSince = 0;
  #size = 0;
  #isCurrent = false;
  #imported: ImportedTo | undefined;
  #storedTo = 0;
  #readAt: number;

  constructor(target: FollowTarget, name: string, mark: LogMark, now: number) {
    this.target = target;
    this.name = name;
    this.mark = mark;
    this.#readAt = now;
  }

  /** A log that an earlier process read. */
  static restored(target: FollowTarget, stored: StoredLog, digest: Digest): FollowedLog {
    const log = new FollowedLog(
      target,
      stored.name,
      LogMark.stored(digest, stored),
      Date.parse(stored.read_at),
    );
    const { root, digest: chunk, position, size, complete, current } = stored;
    log.#size = size;
    log.#isCurrent = current;
    log.#storedTo = position;
    if (root !== undefined && chunk !== undefined) log.#imported = { root, digest: chunk, bytes: position };
    if (complete) log.length = position;
    log.isFinal = complete;
    log.isConfirmed = !complete;
    return log;
  }

  /** Updates the log after a scan. */
  found(files: readonly LogFile[]): void {
    this.scans++;
    this.files = files;
    this.#scansSince++;
    if (files.length === 0) return;
    this.#scansSince = 0;
    this.#foundAt = performance.now();
    this.name = files[0]!.name;
    this.#isCurrent = files.some(({ as }) => as === 'current');
    for (const { size, isCompressed } of files) if (!isCompressed) this.sees(size);
  }

  /** Records the bytes of text in one of its files. */
  sees(size: number): void {
    this.#size = Math.max(this.#size, size);
  }

  /** Whether lines may be lost if no file is left: unless everything that a rotated file had is stored. */
  get mayHaveMore(): boolean {
    if (this.isFinal) return false;
    return this.#isCurrent || this.#storedTo === 0 || this.#storedTo < this.#size;
  }

  /** @param milliseconds without a file, in several scans, as one may miss a file that is being renamed */
  isMissing(milliseconds: number): boolean {
    return this.#scansSince >= MISSING_SCANS && performance.now() - this.#foundAt >= milliseconds;
  }

  /** Bytes that are in the store, in this process or an earlier one. */
  get storedTo(): number {
    return this.#storedTo;
  }

  /** What the store has of it. */
  get imported(): ImportedTo | undefined {
    return this.#imported;
  }

  /** Milliseconds since 1970. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Bytes after a position that were seen in its files. */
  unreadAfter(position: number): number {
    return Math.max(0, this.#size - position);
  }

  /** Records what the store has. This may be less than an earlier process stored, until that is read again. */
  stored(imported: ImportedTo, now: number): void {
    if (imported.bytes < this.#storedTo) return;
    this.#imported = imported;
    this.#storedTo = imported.bytes;
    this.#readAt = now;
  }

  toStored(): StoredLog {
    const { root, digest } = this.#imported ?? {};
    return {
      name: this.name,
      ...this.mark.toStored(this.length ?? this.#storedTo),
      ...(root !== undefined && digest !== undefined && { root, digest }),
      size: this.#size,
      complete: this.length !== undefined && this.isFinal,
      current: this.#isCurrent,
      read_at: new Date(this.#readAt).toISOString(),
    };
  }
}
