import type { Storage } from '../store/storage.ts';

const number = new Intl.NumberFormat('en');
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Sizes of the stored data, for people. */
export function storageText(storage: Storage): string {
  const { hits, tables, columns, spool } = storage;
  const span = hits.first === null ? 'no hits' : `hits from ${hits.first} to ${hits.last}`;
  return [
    `${number.format(hits.rows)} hits, ${bytesText(hits.bytes)}, ${eachText(hits.bytes_per_hit)} a hit; ${span}`,
    `all tables ${bytesText(storage.bytes)}, spool ${bytesText(spool.bytes)}`,
    '',
    row('table', 'rows', 'on disk'),
    ...tables.map(({ table, rows, bytes }) => row(table, number.format(rows), bytesText(bytes))),
    '',
    row('column of hits', 'a hit', 'on disk'),
    ...columns.map(({ column, bytes, bytes_per_hit }) =>
      row(column, eachText(bytes_per_hit), bytesText(bytes)),
    ),
    '',
  ].join('\n');
}

/** `1.5 MiB`, `17 bytes`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (power === 0) return `${number.format(bytes)} bytes`;
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${UNITS[power - 1]}`;
}

function eachText(bytes: number): string {
  return `${bytes.toFixed(2)} bytes`;
}

function row(name: string, middle: string, last: string): string {
  return `${name.padEnd(28)}${middle.padStart(16)}${last.padStart(14)}`;
}
