/**
 * The layouts of rows: which columns a row has, in ClickHouse's RowBinary format.
 *
 * A new layout appends columns to the last one. Released layouts are never removed, since a spool may hold segments of
 * them: such a hit has the defaults of the columns that it lacks.
 */
import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';

/** Bytes of a value; a string has any number. */
const WIDTHS = {
  String: 0,
  'DateTime64(3)': 8,
  UInt64: 8,
  Int64: 8,
  UInt32: 4,
  Int32: 4,
  UInt16: 2,
  UInt8: 1,
  Int8: 1,
} as const;

/** A type in ClickHouse. */
export type ColumnType = keyof typeof WIDTHS;

/** `browserVersion` → `browser_version`. */
type Column<Member extends string> = Member extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Column<Rest>}`
  : '';

/** Name of a column of hits: that of the member, or `visitor` for its two halves. */
export type RowColumn = Column<Exclude<keyof Hit, 'visitorHigh' | 'visitorLow'>> | 'visitor';

const LAYOUT_1 = {
  site: 'String',
  time: 'DateTime64(3)',
  visitor: 'UInt64',
  bot: 'String',
  path: 'String',
  name: 'String',
  source: 'String',
  referrer: 'String',
  utm_source: 'String',
  utm_medium: 'String',
  utm_campaign: 'String',
  country: 'String',
  browser: 'String',
  os: 'String',
  device: 'String',
  language: 'String',
  status: 'UInt16',
  method: 'String',
  title: 'String',
  props: 'String',
} as const;
const LAYOUT_2 = {
  ...LAYOUT_1,
  hostname: 'String',
  utm_term: 'String',
  utm_content: 'String',
  click_id: 'String',
  region: 'String',
  city: 'String',
  browser_version: 'String',
  os_version: 'String',
  screen: 'String',
  value: 'String',
  currency: 'String',
  interactive: 'UInt8',
  engaged: 'UInt32',
  scroll: 'Int8',
} as const;
const LAYOUT_3 = {
  ...LAYOUT_2,
  bytes: 'Int64',
  response_time: 'Int32',
} as const;

/** The columns of the current layout, in order: every member of a hit, with its type. */
export const ROW_COLUMNS: Readonly<Record<RowColumn, ColumnType>> = LAYOUT_3;

/** The columns of each layout; the first has number 1. Archives and exports use them too. */
export const LAYOUTS: readonly Readonly<Partial<Record<RowColumn, ColumnType>>>[] = [
  LAYOUT_1,
  LAYOUT_2,
  ROW_COLUMNS,
];

/** Number of the current layout. A spool left by an older version records its own. */
export const ROW_LAYOUT = LAYOUTS.length;

/** Columns of each layout, as a ClickHouse structure. */
export const ROW_STRUCTURES: Readonly<Record<number, string>> = Object.fromEntries(
  LAYOUTS.map((columns, at) => [
    at + 1,
    Object.entries(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', '),
  ]),
);

/** Strings, and the bytes of the numbers after them. */
interface Run {
  strings: number;
  bytes: number;
}

const RUNS = new Map(LAYOUTS.map((columns, at) => [at + 1, runsOf(Object.values(columns))]));

function runsOf(types: readonly ColumnType[]): readonly Run[] {
  const runs: Run[] = [];
  for (const type of types) {
    const width = WIDTHS[type];
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

/** Maximum bytes of a row besides its texts: a length takes up to 5. */
export function mostBytesBesideTexts(layout: number): number {
  return runsFor(layout).reduce((sum, { strings, bytes }) => sum + strings * 5 + bytes, 0);
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
