/**
 * The layouts of rows: which columns a row has, in ClickHouse's RowBinary format.
 *
 * A new layout appends columns to the last one. Released layouts are never removed, since a spool may hold segments of
 * them: such a hit has the defaults of the columns that it lacks.
 */
import { HitError } from '../errors.ts';

/** Number of the layout that is written. A spool left by an older version records its own. */
export const ROW_LAYOUT = 2;

const LAYOUT_1 = [
  'site String, time DateTime64(3), visitor UInt64, bot String, path String, name String, source String',
  'referrer String, utm_source String, utm_medium String, utm_campaign String, country String',
  'browser String, os String, device String, language String, status UInt16, method String',
  'title String, props String',
];
const LAYOUT_2 = [
  ...LAYOUT_1,
  'hostname String, utm_term String, utm_content String, click_id String, region String, city String',
  'browser_version String, os_version String, screen String, value String, currency String',
  'interactive UInt8, engaged UInt32, scroll Int8',
];

/** Columns of each layout, as a ClickHouse structure. */
export const ROW_STRUCTURES: Readonly<Record<number, string>> = {
  1: LAYOUT_1.join(', '),
  2: LAYOUT_2.join(', '),
};

/** Bytes of a value; a string has any number. */
const WIDTHS: Readonly<Record<string, number>> = {
  'DateTime64(3)': 8,
  UInt64: 8,
  UInt32: 4,
  UInt16: 2,
  UInt8: 1,
  Int8: 1,
};

/** Strings, and the bytes of the numbers after them. */
interface Run {
  strings: number;
  bytes: number;
}

const RUNS = new Map(
  Object.entries(ROW_STRUCTURES).map(([layout, structure]) => [Number(layout), runsOf(structure)]),
);

function runsOf(structure: string): readonly Run[] {
  const runs: Run[] = [];
  for (const column of structure.split(', ')) {
    const width = WIDTHS[column.slice(column.indexOf(' ') + 1)] ?? 0;
    if (width > 0) runs.at(-1)!.bytes += width;
    else if (runs.at(-1)?.bytes === 0) runs.at(-1)!.strings++;
    else runs.push({ strings: 1, bytes: 0 });
  }
  return runs;
}

/** @throws HitError `data_dir_newer` if this version does not know the layout */
function runsFor(layout: number): readonly Run[] {
  const runs = RUNS.get(layout);
  if (runs) return runs;
  throw new HitError('data_dir_newer', `segment layout ${layout} is not supported by this version`);
}

/** Bytes of a seal: a row whose texts are empty. */
export function sealBytes(layout: number): number {
  return runsFor(layout).reduce((sum, { strings, bytes }) => sum + strings + bytes, 0);
}

/** End of the row at `start`, or -1 if the bytes end first. */
export function rowEnd(bytes: Buffer, start: number, layout: number): number {
  let at = start;
  for (const run of runsFor(layout)) {
    for (let i = 0; i < run.strings; i++) {
      at = skipString(bytes, at);
      if (at < 0) return -1;
    }
    at += run.bytes;
  }
  return at > bytes.length ? -1 : at;
}

function skipString(bytes: Buffer, start: number): number {
  let length = 0;
  let shift = 0;
  let at = start;
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) return -1;
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
    shift += 7;
  }
  const end = at + length;
  return end > bytes.length ? -1 : end;
}
