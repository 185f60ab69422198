/**
 * A log in pieces that are known by what they say.
 *
 * An access log is imported more than once: by a nightly job that always names the same file, after it grew, after it
 * was rotated and compressed. So what was imported is remembered by content. A log is cut into pieces; each has the
 * digest of its bytes and of the digest before it, and a piece that the store knows is skipped. The first digest is
 * made of the site and the log's first line.
 *
 * The cuts are remembered with the digests: where the last import stopped in the middle of what would be one piece
 * today, the next one sees the same cut and goes on behind it.
 */

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KnownPiece } from '../trackers/db.ts';

export interface Piece {
  readonly bytes: Buffer;
  readonly root: string;
  readonly parent: string;
  readonly digest: string;
  /** What is known of it; undefined for a new piece. */
  readonly known: KnownPiece | undefined;
}

export interface PieceOptions {
  readonly site: string;
  /** What the store knows of a log with this root. */
  readonly lookUp: (root: string) => Promise<readonly KnownPiece[]>;
  /** Bytes of a piece, about. */
  readonly size: number;
  /** Milliseconds after which what is there becomes a piece, for a log that grows; Infinity to wait for more. */
  readonly patience: number;
}

const LINE_BREAK = 10;
/** As much of the first line as goes into the root. */
const ROOT_BYTES = 4096;

/**
 * Cuts a log into pieces. A piece ends with a line, unless the log itself does not.
 *
 * @param source the log's bytes, uncompressed
 */
export async function* piecesOf(source: AsyncIterable<Buffer>, options: PieceOptions): AsyncGenerator<Piece> {
  const window = new Window(source);
  await window.fillToLineEnd(ROOT_BYTES, options.patience);
  if (window.length === 0) return;
  const firstLine = window.peek(Math.min(window.lineEnd(ROOT_BYTES), ROOT_BYTES));
  const root = digestOf(options.site, firstLine);
  const known = groupByParent(await options.lookUp(root));
  let parent = root;
  for (;;) {
    const match = await findKnown(window, parent, known.get(parent) ?? []);
    const bytes = match ? window.take(match.size) : await cut(window, options);
    if (!bytes) return;
    const digest = match?.digest ?? digestOf(parent, bytes);
    yield { bytes, root, parent, digest, known: match };
    parent = digest;
    // What ended within a line had that line counted; the rest of it says nothing new.
    if (match && bytes.at(-1) !== LINE_BREAK) await window.skipLine();
  }
}

async function findKnown(
  window: Window,
  parent: string,
  candidates: readonly KnownPiece[],
): Promise<KnownPiece | undefined> {
  let found: KnownPiece | undefined;
  for (const candidate of candidates) {
    if (!(await window.fill(candidate.size))) break;
    if (digestOf(parent, window.peek(candidate.size)) === candidate.digest) found = candidate;
  }
  return found;
}

async function cut(window: Window, { size, patience }: PieceOptions): Promise<Buffer | undefined> {
  await window.fillToLineEnd(size, patience);
  return window.length === 0 ? undefined : window.take(window.lineEnd(size));
}

/** Longest first comes last: of two that fit, the longer one says more. */
function groupByParent(pieces: readonly KnownPiece[]): Map<string, KnownPiece[]> {
  const groups = new Map<string, KnownPiece[]>();
  for (const piece of [...pieces].sort((a, b) => a.size - b.size)) {
    const group = groups.get(piece.parent);
    if (group) group.push(piece);
    else groups.set(piece.parent, [piece]);
  }
  return groups;
}

function digestOf(parent: string, bytes: Uint8Array): string {
  return createHash('sha256').update(parent).update('\n').update(bytes).digest('hex');
}

/** What was read of a source and not taken yet. */
class Window {
  readonly #source: AsyncIterator<Buffer>;
  /** The chunk that is being read, asked for and not there yet. */
  #next: Promise<IteratorResult<Buffer>> | undefined;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  get length(): number {
    return this.#length;
  }

  /** Reads until that many bytes are there; false if the source ends before. */
  async fill(length: number): Promise<boolean> {
    while (this.#length < length && !this.#ended) await this.#read(Number.POSITIVE_INFINITY);
    return this.#length >= length;
  }

  /** Reads until there is a line's end at `length` or behind, the source ends, or a whole line waited long enough. */
  async fillToLineEnd(length: number, patience: number): Promise<void> {
    for (;;) {
      if (this.#ended) return;
      const bytes = this.#length >= length ? this.peek(this.#length) : undefined;
      if (bytes && bytes.indexOf(LINE_BREAK, length - 1) >= 0) return;
      const came = await this.#read(patience);
      if (!came && this.peek(this.#length).includes(LINE_BREAK)) return;
    }
  }

  /** Where the piece ends: after the first line break at `length` or behind, else after the last one, else at the end. */
  lineEnd(length: number): number {
    const bytes = this.peek(this.#length);
    const behind = bytes.indexOf(LINE_BREAK, length - 1);
    if (behind >= 0) return behind + 1;
    return this.#ended ? bytes.length : bytes.lastIndexOf(LINE_BREAK) + 1;
  }

  peek(length: number): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!.subarray(0, length);
  }

  take(length: number): Buffer {
    const taken = this.peek(length);
    this.#chunks = [this.#chunks[0]!.subarray(length)];
    this.#length -= length;
    return taken;
  }

  async skipLine(): Promise<void> {
    for (;;) {
      const end = this.peek(this.#length).indexOf(LINE_BREAK);
      if (end >= 0) {
        this.take(end + 1);
        return;
      }
      if (this.#ended) {
        this.take(this.#length);
        return;
      }
      await this.#read(Number.POSITIVE_INFINITY);
    }
  }

  /** @returns false if nothing came for `patience` milliseconds */
  async #read(patience: number): Promise<boolean> {
    this.#next ??= this.#source.next();
    const timer = new AbortController();
    const tooLate = Number.isFinite(patience)
      ? sleep(patience, undefined, { signal: timer.signal }).catch(() => undefined)
      : undefined;
    const result = await (tooLate ? Promise.race([this.#next, tooLate]) : this.#next);
    timer.abort();
    if (!result) return false;
    this.#next = undefined;
    if (result.done) {
      this.#ended = true;
      return true;
    }
    this.#chunks.push(result.value);
    this.#length += result.value.length;
    return true;
  }
}
