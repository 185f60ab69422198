/**
 * Splits a log into chunks that are identified by their content.
 *
 * An access log is imported more than once: by a nightly job that always names the same file, after it grew, after it
 * was rotated and compressed. So imported data is identified by content. A log is split into chunks; each has the
 * digest of its bytes and of the digest before it, and a known chunk is skipped. The first digest is the log's root.
 *
 * The digests have no key in here, as each depends on the one before it. What leaves this file is keyed, as a digest of the
 * first line reveals its address (folder/import-key.ts).
 *
 * The boundaries are stored with the digests: if the last import stopped in the middle of what would be one chunk
 * today, the next import finds the same boundary and continues after it.
 *
 * A log that is still being written may end within a line. If that line is readable, it is a chunk of its own, and text
 * added to it later is ignored. If it is not, nothing is stored about it, so that it is counted
 * when it is complete.
 */

import { createHash, hash as hashOf } from 'node:crypto';
import { HitError } from '../errors.ts';
import type { ImportKey } from '../folder/import-key.ts';
import { LINE_FEED } from './ascii.ts';
import type { Claim, ImportRegistry, KnownChunk } from './import-registry.ts';
import { MAX_HELD_BYTES } from './line-outcome.ts';
import { readIdentities } from './log-identity.ts';
import { ReadBuffer } from './window.ts';

/** A part of a log, in order. */
export type LogChunk =
  /** Taken by an earlier import, or by one in progress. */
  | {
      readonly kind: 'known';
      readonly bytes: Buffer<ArrayBuffer>;
      readonly size: number;
      readonly root: string;
      readonly digest: string;
      readonly counts: KnownChunk['counts'];
      readonly purged: KnownChunk['purged'];
    }
  /** To be read and stored; then the claim must be settled. */
  | {
      readonly kind: 'new';
      readonly bytes: Buffer<ArrayBuffer>;
      /** Length of `bytes`, which may have been transferred. */
      readonly size: number;
      readonly root: string;
      readonly parent: string;
      readonly digest: string;
      readonly claim: Claim;
    }
  /** The log ends within this line, which is unreadable. */
  | { readonly kind: 'unfinished'; readonly bytes: Buffer<ArrayBuffer> };

export interface LogChunkOptions {
  readonly site: string;
  readonly key: ImportKey;
  /** The registry of the logs with this root. */
  readonly openRegistry: (root: string) => Promise<ImportRegistry>;
  /** Whether a line without a line feed is readable. */
  readonly canRead: (line: Buffer) => boolean;
  /** Approximate bytes of a chunk. */
  readonly size: number;
  /** Whether to refuse a log that ends within what seems to be a known chunk. */
  readonly refuseCopies: boolean;
  /** Milliseconds after which available data becomes a chunk, for a growing log; Infinity to wait for more. */
  readonly timeout: number;
}

/** Bytes at the start of a chunk that tell it from others. */
const HEAD_BYTES = 4096;
/** Digits of the digest of a chunk's first line. */
const HEAD_DIGITS = 8;
/**
 * Factor of the timeout with a growing log that begins like a known chunk and is shorter. Nearly
 * always it is the same log, arriving slowly; but if it is another one, its lines must not wait for ever.
 */
const KNOWN_PREFIX_WAIT = 5;

/**
 * Splits a log into chunks. A chunk ends with a line, unless the log ends within it, or the line is too long to read.
 *
 * @param source the log's bytes, uncompressed
 * @throws HitError `import_failed` for a shorter copy, if those are refused
 */
export async function* splitIntoChunks(
  source: AsyncIterable<Buffer>,
  options: LogChunkOptions,
): AsyncGenerator<LogChunk> {
  const window = new ReadBuffer(source);
  const { key } = options;
  const { root: plainRoot, registry } = await openLog(window, options);
  const root = key.keyed(plainRoot);
  let plain = plainRoot;
  for (;;) {
    const { version } = registry;
    const parent = key.keyed(plain);
    const match = await findImported(window, plain, registry.after(parent), options);
    const length = match?.chunk.size ?? (await waitForChunk(window, options));
    if (length === 0) return;
    // While this import waited, another one may have claimed this data.
    if (!match && registry.version !== version) continue;
    if (!match && options.refuseCopies && isShorterCopy(window, registry.after(parent), key)) {
      throw new HitError('import_failed', SHORTER_COPY);
    }

    const bytes = window.take(length);
    const isOpen = bytes.at(-1) !== LINE_FEED;
    if (match) {
      yield { kind: 'known', bytes, root, purged: undefined, ...match.chunk };
      plain = match.plain;
    } else if (isOpen && window.ended && !options.canRead(bytes)) {
      yield { kind: 'unfinished', bytes };
      return;
    } else {
      plain = digestOf(plain, bytes);
      const digest = key.keyed(plain);
      const claim = registry.claim(parent, digest, length);
      yield { kind: 'new', bytes, size: length, root, parent, digest, claim };
    }
    if (isOpen) await window.skipLine();
  }
}

/**
 * Opens the registry of the log's root: of several, that under which it was imported, or the first.
 *
 * @returns the root, without a key, and its registry
 */
async function openLog(
  window: ReadBuffer,
  options: LogChunkOptions,
): Promise<{ root: string; registry: ImportRegistry }> {
  const { site, key, openRegistry, timeout } = options;
  const identities = await readIdentities(window, timeout);
  const roots = identities.map((identity) => startDigest(site).update(identity).digest('hex'));
  const opened = [];
  for (const root of roots) {
    const keyed = key.keyed(root);
    const registry = await openRegistry(keyed);
    if (roots.length === 1 || (await findImported(window, root, registry.after(keyed), options))) {
      return { root, registry };
    }
    opened.push({ root, registry });
  }
  return opened[0]!;
}

const SHORTER_COPY =
  'the log begins like one that was imported, and is shorter: the lines of an older or partial copy would be counted again. Leave it out, or import it anyway with --yes';

/** Whether a log ends before a chunk with the same first line does. The digest of a part of a chunk is unknown. */
function isShorterCopy(window: ReadBuffer, candidates: readonly KnownChunk[], key: ImportKey): boolean {
  if (!window.ended) return false;
  const head = key.headed(headOf(window.peek()));
  return candidates.some(({ size, digest }) => size > window.length && digest.startsWith(head));
}

/**
 * The longest of several matches: it covers most.
 *
 * @param parent without a key
 * @returns the chunk, and its digest without a key
 */
async function findImported(
  window: ReadBuffer,
  parent: string,
  candidates: readonly KnownChunk[],
  { key, timeout }: LogChunkOptions,
): Promise<{ readonly chunk: KnownChunk; readonly plain: string } | undefined> {
  const hash = startDigest(parent);
  let hashed = 0;
  let found: { readonly chunk: KnownChunk; readonly plain: string } | undefined;
  for (const chunk of candidates) {
    const { digest, size } = chunk;
    await window.fillLine(Math.min(size, HEAD_BYTES));
    const head = headOf(window.peek(size));
    if (!digest.startsWith(key.headed(head))) continue;
    if (!(await window.fill(size, timeout * KNOWN_PREFIX_WAIT))) break;
    hash.update(window.peek(size).subarray(hashed));
    hashed = size;
    const plain = head + hash.copy().digest('hex');
    if (digest === key.keyed(plain)) found = { chunk, plain };
  }
  return found;
}

/** @returns the length of the next chunk; 0 if there is nothing left */
async function waitForChunk(window: ReadBuffer, { size, timeout }: LogChunkOptions): Promise<number> {
  let due = Number.POSITIVE_INFINITY;
  for (;;) {
    if (window.length >= size || window.ended) {
      const length = chunkLength(window.peek(), size, window.ended);
      if (length > 0 || window.ended) return length;
    }
    if (window.length > 0) due = Math.min(due, performance.now() + timeout);
    const left = due - performance.now();
    if (left > 0 && (await window.read(left))) continue;
    const whole = window.peek().lastIndexOf(LINE_FEED) + 1;
    if (whole > 0) return whole;
    await window.read();
  }
}

/** @returns the length of the chunk at the start of these bytes, 0 if more data is needed to tell */
function chunkLength(bytes: Buffer, size: number, ended: boolean): number {
  const lineEnd = bytes.indexOf(LINE_FEED, size - 1) + 1;
  if (lineEnd > 0) return lineEnd;
  if (!ended && bytes.length < size + MAX_HELD_BYTES) return 0;
  // A line without an end is a chunk of its own.
  return bytes.lastIndexOf(LINE_FEED) + 1 || bytes.length;
}

/** Starts with the digest of the first line alone, so that another log is recognised before it has the same length. */
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
