/**
 * The elements of a JSON array, parsed in chunks. To find the end of each element takes as long as to parse it, and to parse
 * each by itself three times as long as to parse some at once; but all at once they could take twenty times the memory of the
 * body.
 *
 * So a chunk ends at the last comma within its reach that stands between `}` and `{`. Such a comma may also be in a string, or in
 * an array inside of an element. But JSON is read from left to right, without looking ahead: if a chunk that begins between two
 * elements is JSON with brackets around it, then it also ends between two elements. If it is not, the chunks tell nothing, and
 * the array is read item by item (`itemsOf`), which says what is wrong with it.
 *
 * Invariant: no chunk is larger than `CHUNK`, so no element is larger than a hit may be.
 */
import { afterSpace, beforeSpace, type Item } from './batch-items.ts';

/** Maximum bytes of a chunk: some sixty hits. */
const CHUNK = 16 * 1024;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, COMMA] = Buffer.from(
  '[]{},',
) as Iterable<number> as number[];

/**
 * The chunks of an array, in order. They hold its elements if each of them can be parsed.
 *
 * @returns undefined if it is certainly not an array, or has no such comma where one is needed
 */
export function chunksOf(bytes: Buffer): readonly Item[] | undefined {
  const open = afterSpace(bytes, 0, bytes.length);
  const close = beforeSpace(bytes, bytes.length) - 1;
  if (bytes[open] !== OPEN_ARRAY || bytes[close] !== CLOSE_ARRAY) return undefined;
  const chunks: Item[] = [];
  for (let start = open + 1; ; ) {
    const end = endOfChunk(bytes, start, close);
    if (end < 0) return undefined;
    chunks.push({ start, end });
    if (end === close) return chunks;
    start = end + 1;
  }
}

/** @returns undefined if the chunk does not consist of elements */
export function parseChunk(bytes: Buffer, { start, end }: Item): readonly unknown[] | undefined {
  try {
    return JSON.parse(`[${bytes.toString('utf8', start, end)}]`) as unknown[];
  } catch {
    return undefined;
  }
}

/** Position of the comma after a chunk, or of the array's end; negative if there is none within reach. */
function endOfChunk(bytes: Buffer, start: number, close: number): number {
  if (close - start <= CHUNK) return close;
  for (let at = start + CHUNK; at > start; at--) {
    if (bytes[at] !== OPEN_OBJECT) continue;
    const comma = beforeSpace(bytes, at) - 1;
    if (bytes[comma] === COMMA && bytes[beforeSpace(bytes, comma) - 1] === CLOSE_OBJECT) return comma;
  }
  return -1;
}
