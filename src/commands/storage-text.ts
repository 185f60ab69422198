import { bytesText, numberText } from '../report/number-text.ts';
import type { Storage } from '../store/storage.ts';

/** Sizes of the stored data, as text. */
export function storageText(storage: Storage): string {
  const { hits, tables, columns, spool } = storage;
  const span = hits.first === null ? 'no hits' : `hits from ${hits.first} to ${hits.last}`;
  return [
    `${numberText(hits.rows)} hits, ${bytesText(hits.bytes)}, ${eachText(hits.bytes_per_hit)} a hit; ${span}`,
    `all tables ${bytesText(storage.bytes)}, spool ${bytesText(spool.bytes)}`,
    '',
    row('table', 'rows', 'on disk'),
    ...tables.map(({ table, rows, bytes }) => row(table, numberText(rows), bytesText(bytes))),
    '',
    row('column of hits', 'a hit', 'on disk'),
    ...columns.map(({ column, bytes, bytes_per_hit }) =>
      row(column, eachText(bytes_per_hit), bytesText(bytes)),
    ),
    '',
  ].join('\n');
}

function eachText(bytes: number): string {
  return `${bytes.toFixed(2)} bytes`;
}

function row(name: string, middle: string, last: string): string {
  return `${name.padEnd(28)}${middle.padStart(16)}${last.padStart(14)}`;
}
