/** The content of files that may hold a followed log, plain or compressed. */
import { type FileHandle, open } from 'node:fs/promises';
import { compressionOf, isNamedBrotli, MAGIC_BYTES, unbrotlied } from '../decompression.ts';
import { textOf, utf16Of } from '../source.ts';
import { type FoundFile, inodeOf } from './log-files.ts';
import { HEAD_BYTES, type LogMark } from './log-mark.ts';
import { looksCompressed } from './rotated-name.ts';

/** The beginning of a file. */
export interface FileHead {
  /** Its first bytes, uncompressed. */
  readonly head: Buffer;
  readonly isCompressed: boolean;
  /** Whether it cannot be decompressed: it is still being compressed, or damaged. */
  readonly isBroken: boolean;
}

/**
 * @returns undefined if another file is at the path by now, or none, or it is too short to tell its compression
 * @throws Error if it cannot be read, or followed
 */
export async function readHead(found: FoundFile): Promise<FileHead | undefined> {
  const file = await openFound(found);
  if (!file) return undefined;
  await using _ = file;
  const raw = await readAt(file, 0, HEAD_BYTES);
  if (utf16Of(raw) !== undefined)
    throw new Error(
      'files in UTF-16 are not followed: configure its server to write UTF-8, or import the file when it is complete',
    );
  const compression = compressionOf(raw)?.read;
  if (typeof compression === 'string') throw new Error(compression);
  if (!compression && !isNamedBrotli(found.name)) {
    if (!looksCompressed(found.name)) return { head: raw, isCompressed: false, isBroken: false };
    if (raw.length < MAGIC_BYTES) return undefined;
    throw new Error('its name is that of a compressed file, but it is not compressed');
  }
  const parts: Buffer[] = [];
  let length = 0;
  let isBroken = false;
  try {
    for await (const part of contentOf(file, found)) {
      parts.push(Buffer.from(part));
      length += part.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch {
    isBroken = true;
  }
  return { head: Buffer.concat(parts).subarray(0, HEAD_BYTES), isCompressed: true, isBroken };
}

/** @returns undefined if another file is at the path by now, or none */
export async function openFound({ path, inode }: FoundFile): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (inodeOf(await file.stat()) === inode) return file;
  await file.close();
  return undefined;
}

/** @returns fewer bytes at the end of the file */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Whether an open plain file continues a log: both have the same first bytes, and the same last ones before the position. */
export async function continues(file: FileHandle, mark: LogMark): Promise<boolean> {
  const { start, length, fits } = mark.tailCheck();
  return mark.fitsHead(await readAt(file, 0, HEAD_BYTES)) && fits(await readAt(file, start, length));
}

/**
 * The length of a compressed log, in bytes of text. The file is read to its end: one that is still being compressed has only a
 * part of the log.
 *
 * @returns `unusable` if it is incomplete, or does not continue the log; undefined if another file is at the path by now
 */
export async function compressedLength(
  found: FoundFile,
  mark: LogMark,
): Promise<number | 'unusable' | undefined> {
  const file = await openFound(found);
  if (!file) return undefined;
  await using _ = file;
  const { start, length, fits } = mark.tailCheck();
  const tail: Buffer[] = [];
  let position = 0;
  try {
    for await (const part of contentOf(file, found)) {
      const wanted = part.subarray(Math.max(0, start - position), Math.max(0, start + length - position));
      if (wanted.length > 0) tail.push(Buffer.from(wanted));
      position += part.length;
    }
  } catch {
    return 'unusable';
  }
  return fits(Buffer.concat(tail)) ? position : 'unusable';
}

/** The text of a compressed file, from its beginning. @throws if it ends too early */
export function contentOf(file: FileHandle, { name }: Pick<FoundFile, 'name'>): AsyncGenerator<Buffer> {
  return textOf(isNamedBrotli(name) ? unbrotlied(blocksOf(file)) : blocksOf(file));
}

async function* blocksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafe(64 * 1024);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(memory, 0, memory.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield memory.subarray(0, bytesRead);
  }
}
