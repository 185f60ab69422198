/**
 * A log in pieces that are known by what they say.
 *
 * An access log is imported more than once: by a nightly job that always names the same file, after it grew, after it
 * was rotated and compressed. So what was imported is remembered by content. A log is cut into pieces; each has the
 * digest of its bytes and of the digest before it, and a piece that is known is passed by. The first digest, the root,
 * is that of the site and of address and time on the log's first line: it does not change while that line is being
 * written.
 *
 * The cuts are remembered with the digests: where the last import stopped in the middle of what would be one piece
 * today, the next one sees the same cut and goes on behind it.
 *
 * A log that is still being written may end within a line. If that line can be read all the same it is a piece of its
 * own, and what is added to it later says nothing new. If it cannot, nothing is remembered of it, so that it is counted
 * when it is whole.
 */

import { createHash, hash as hashOf } from 'node:crypto';
import { LINE_FEED } from './ascii.ts';
import type { Claim, ImportRegistry, KnownChunk } from './import-registry.ts';
import { Window } from './window.ts';

/** Part of a log, as it follows the part before. */
export type LogChunk =
  /** Taken by an earlier import, or by one that is under way. */
  | {
      readonly kind: 'known';
      readonly bytes: Buffer<ArrayBuffer>;
      readonly counts: KnownChunk['counts'];
      readonly purged: KnownChunk['purged'];
    }
  /** To be read and stored; the claim is to be settled then. */
  | {
      readonly kind: 'new';
      readonly bytes: Buffer<ArrayBuffer>;
      /** Number of the bytes, which may have been handed on. */
      readonly size: number;
      readonly root: string;
      readonly parent: string;
      readonly digest: string;
      readonly claim: Claim;
    }
  /** The log ends within this line, and it cannot be read. */
  | { readonly kind: 'unfinished'; readonly bytes: Buffer<ArrayBuffer> };

export interface LogChunkOptions {
  readonly site: string;
  /** The ledger of the logs with this root. */
  readonly openLedger: (root: string) => Promise<ImportRegistry>;
  /** Whether a line that has no end can be read. */
  readonly canRead: (line: Buffer) => boolean;
  /** Bytes of a piece, about. */
  readonly size: number;
  /** Milliseconds after which what is there becomes a piece, for a log that grows; Infinity to wait for more. */
  readonly patience: number;
}

/** What stands between time and request on every line that can be read. */
const AFTER_TIME = '] "';
/** As much of a log, or of a piece, as it is told by in the beginning. */
const HEAD_BYTES = 4096;
/** Digits of the digest of a piece's first line. */
const HEAD_DIGITS = 8;
/**
 * How many times as patient an import is with a growing log that begins like a known piece and is shorter. Nearly
 * always it is the same log, and slow to come; but where it is another one its lines must not wait for ever.
 */
const KNOWN_PATIENCE = 5;
/** Bytes after which a line is cut, and its rest left out: it is longer than any that is read. */
const LONGEST_LINE = 256 * 1024;

/**
 * Cuts a log into pieces. A piece ends with a line, unless the log itself does not, or the line is too long to be read.
 *
 * @param source the log's bytes, uncompressed
 */
export async function* splitIntoChunks(
  source: AsyncIterable<Buffer>,
  options: LogChunkOptions,
): AsyncGenerator<LogChunk> {
  const window = new Window(source);
  const root = await readRoot(window, options.site);
  const ledger = await options.openLedger(root);
  let parent = root;
  for (;;) {
    const { version } = ledger;
    const match = await findTaken(window, parent, ledger.after(parent), options.patience);
    const length = match?.size ?? (await waitForPiece(window, options));
    if (length === 0) return;
    // While this import waited, another one may have claimed what is here.
    if (!match && ledger.version !== version) continue;

    const bytes = window.take(length);
    const isOpen = bytes.at(-1) !== LINE_FEED;
    if (match) {
      yield { kind: 'known', bytes, counts: match.counts, purged: match.purged };
      parent = match.digest;
    } else if (isOpen && window.ended && !options.canRead(bytes)) {
      yield { kind: 'unfinished', bytes };
      return;
    } else {
      const digest = digestOf(parent, bytes);
      const claim = ledger.claim(parent, digest, length);
      yield { kind: 'new', bytes, size: length, root, parent, digest, claim };
      parent = digest;
    }
    if (isOpen) await window.skipLine();
  }
}

/**
 * Waits until a line has an address and a time: before that there is none that can be read. A log that has only other
 * lines has the root of nothing, which does no harm, as it has no hits.
 */
async function readRoot(window: Window, site: string): Promise<string> {
  for (;;) {
    const head = window.peek(HEAD_BYTES);
    const end = head.indexOf(AFTER_TIME);
    if (end >= 0) return rootOf(site, head.subarray(head.lastIndexOf(LINE_FEED, end) + 1, end));
    if (window.ended || window.length >= HEAD_BYTES) return rootOf(site, Buffer.alloc(0));
    await window.read();
  }
}

/** Of several that fit, the longest: it says most. */
async function findTaken(
  window: Window,
  parent: string,
  candidates: readonly KnownChunk[],
  patience: number,
): Promise<KnownChunk | undefined> {
  const hash = startDigest(parent);
  let hashed = 0;
  let found: KnownChunk | undefined;
  for (const { digest, size, counts, purged } of candidates) {
    await window.fillLine(Math.min(size, HEAD_BYTES));
    if (!digest.startsWith(headOf(window.peek(size)))) continue;
    if (!(await window.fill(size, patience * KNOWN_PATIENCE))) break;
    hash.update(window.peek(size).subarray(hashed));
    hashed = size;
    if (digest.endsWith(hash.copy().digest('hex'))) found = { digest, size, counts, purged };
  }
  return found;
}

/** @returns the length of the next piece; 0 if there is nothing left */
async function waitForPiece(window: Window, { size, patience }: LogChunkOptions): Promise<number> {
  let due = Number.POSITIVE_INFINITY;
  for (;;) {
    if (window.length >= size || window.ended) {
      const length = pieceLength(window.peek(), size, window.ended);
      if (length > 0 || window.ended) return length;
    }
    if (window.length > 0) due = Math.min(due, performance.now() + patience);
    const left = due - performance.now();
    if (left > 0 && (await window.read(left))) continue;
    const whole = window.peek().lastIndexOf(LINE_FEED) + 1;
    if (whole > 0) return whole;
    await window.read();
  }
}

/** @returns the length of the piece that these bytes begin with, 0 if more must come to tell */
function pieceLength(bytes: Buffer, size: number, ended: boolean): number {
  const lineEnd = bytes.indexOf(LINE_FEED, size - 1) + 1;
  if (lineEnd > 0) return lineEnd;
  if (!ended && bytes.length < size + LONGEST_LINE) return 0;
  // What has no end comes alone.
  return bytes.lastIndexOf(LINE_FEED) + 1 || bytes.length;
}

function rootOf(site: string, firstLine: Buffer): string {
  return startDigest(site).update(firstLine).digest('hex');
}

/** It begins with what is told of the first line alone, so that another log is known before it is as long. */
function digestOf(parent: string, bytes: Buffer): string {
  return headOf(bytes) + startDigest(parent).update(bytes).digest('hex');
}

function headOf(bytes: Buffer): string {
  const head = bytes.subarray(0, HEAD_BYTES);
  const end = head.indexOf(LINE_FEED) + 1 || head.length;
  return hashOf('sha256', head.subarray(0, end)).slice(0, HEAD_DIGITS);
}

function startDigest(parent: string) {
  return createHash('sha256').update(parent).update('\n');
}
