/**
 * Exports: hits one by one, in order of time, as a stream that takes little memory however many they are.
 *
 * They are read in slices of whole hours, each by a statement of its own on a connection of its own, which gives what it
 * reads piece by piece and waits for whoever takes it. A Parquet file cannot be put together of slices, since its table
 * of contents is of the whole: one statement makes it, which in an engine of this process writes a file to be read.
 *
 * An export has the hits that were in the store when it began: those of later batches are left out, and as no two slices
 * have a moment in common, none is there twice. What is purged meanwhile may be missing.
 */

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SCRATCH } from '../clickhouse/connection.ts';
import { quote, withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { END_OF_DATETIME64 } from '../hit/time.ts';
import { csvLine, FORMULA_START } from './csv.ts';
import { hitsQuery } from './from-hits.ts';
import type { Selection } from './selection.ts';
import type { Source } from './source.ts';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Fields of a hit that is given away, in order. */
const FIELDS = [
  ...['time', 'site', 'visitor', 'status', 'method', 'bot', 'path', 'name', 'title', 'referrer', 'source'],
  ...['utm_source', 'utm_medium', 'utm_campaign', 'country', 'browser', 'os', 'device', 'language', 'props'],
] as const;
/** Those that nobody outside chooses the beginning of. */
const HARMLESS = ['time', 'site', 'visitor', 'status'];
/** 16 hexadecimal digits, since JSON's numbers are too short. */
const VISITOR = "lower(leftPad(hex(visitor), 16, '0'))";
/** Hits of a slice, about. */
const SLICE_HITS = 100_000;
const HOUR = 3_600_000;

/** An export that is under way. It ends when all is read, or when whoever began it disposes of it. */
export interface HitExport extends AsyncDisposable {
  readonly hits: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

interface Slice {
  /** Milliseconds since 1970; the end is exclusive. */
  readonly from: number;
  readonly to: number;
}

/**
 * Begins to export hits. Times are ISO 8601 UTC (in Parquet, timestamps), visitors 16 hexadecimal digits, `props` is JSON
 * in a text. In CSV a text that a spreadsheet would take for a formula has an apostrophe before it.
 *
 * @param signal ends it also while a Parquet file is being made
 * @throws HitError `overloaded` where many are under way, `store_unavailable`; so may the stream
 * @example
 * await using hits = await exportHits({ store }, readSelection({ site: 'example.com' }), 'ndjson');
 * await pipeline(hits.bytes, createWriteStream('hits.ndjson'));
 */
export async function exportHits(
  source: Source,
  selection: Selection,
  format: ExportFormat,
  signal?: AbortSignal,
): Promise<HitExport> {
  await using stack = new AsyncDisposableStack();
  const connection = stack.use(source.store.dedicatedConnection());
  const [newest] = await connection.rows<{ batch: string }>(queryText('export_newest'));
  // What is archived was there before.
  const known = source.archive ? 'true' : `batch <= toUInt64(${newest?.batch ?? 0})`;
  const textOf = async (query: string, { from, to }: Slice) => {
    const { parameters, fragments } = await hitsQuery(source, { ...selection, from, to });
    const columns = columnsOf(format);
    return withLiterals(queryText(query, { hits: 'hits', ...fragments, known, columns }), parameters);
  };
  const period = { from: selection.from ?? 0, to: selection.to ?? END_OF_DATETIME64 };
  const hours = await connection.rows<{ hour: string; n: string }>(await textOf('export_hours', period));
  const slices = slicesOf(hours, period);
  const held = stack.move();
  return {
    hits: hours.reduce((sum, { n }) => sum + Number(n), 0),
    bytes: format === 'parquet' ? parquet() : sliced(format),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };

  async function* sliced(format: 'csv' | 'ndjson') {
    if (format === 'csv') yield Buffer.from(csvLine(FIELDS));
    for (const slice of slices) {
      yield* connection.stream(await textOf('export_hits', slice), format === 'csv' ? 'CSV' : 'JSONEachRow');
    }
  }

  async function* parquet() {
    const text = await textOf('export_hits', period);
    if (connection.folder === undefined) {
      yield* connection.stream(text, 'Parquet');
      return;
    }
    const folder = await mkdtemp(join(connection.folder, 'tmp', SCRATCH));
    held.defer(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'hits.parquet');
    await connection.command(`INSERT INTO FUNCTION file(${quote(file)}, 'Parquet') ${text}`, signal);
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  }
}

/** Hours that follow each other, as many as have enough hits together. */
function slicesOf(hours: readonly { readonly hour: string; readonly n: string }[], period: Slice): Slice[] {
  const slices: Slice[] = [];
  let hits = 0;
  let from = period.from;
  for (const [i, { hour, n }] of hours.entries()) {
    hits += Number(n);
    const isLast = i === hours.length - 1;
    if (hits < SLICE_HITS && !isLast) continue;
    const to = isLast ? period.to : (Number(hour) + 1) * HOUR;
    slices.push({ from, to });
    from = to;
    hits = 0;
  }
  return slices;
}

function columnsOf(format: ExportFormat): string {
  const columns = FIELDS.map((field) => {
    if (field === 'visitor') return format === 'csv' ? VISITOR : `${VISITOR} AS visitor`;
    if (format !== 'csv' || HARMLESS.includes(field)) return field;
    return `if(match(${field}, ${quote(FORMULA_START)}), concat('\\'', ${field}), ${field})`;
  });
  return columns.join(', ');
}
