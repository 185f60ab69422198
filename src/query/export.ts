/**
 * Exports: streams single hits in order of time, in little memory regardless of their number.
 *
 * Hits are read in slices of whole hours. Each slice is a query on a dedicated connection, which returns its result
 * in chunks, with backpressure. A Parquet file cannot be assembled from slices, since its footer describes the whole
 * file: a single query creates it; an embedded engine writes it to a file, which is then read.
 *
 * An export contains the hits that were in the store at its start: later batches are left out, and since slices do not
 * overlap, no hit occurs twice. Hits that are purged meanwhile may be missing.
 */

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SCRATCH } from '../clickhouse/connection.ts';
import { quote, withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { END_OF_DATETIME64 } from '../hit/time.ts';
import { ROW_COLUMNS } from '../rows/row-layout.ts';
import type { ExportFormat } from '../settings/export.ts';
import { HOUR } from '../timing/units.ts';
import { csvLine, FORMULA_START } from './csv.ts';
import { hitsQuery } from './from-hits.ts';
import type { Selection } from './selection.ts';
import type { Source } from './source.ts';

const COLUMNS: Readonly<Record<string, string>> = ROW_COLUMNS;
/** Fields of an exported hit, in order: these first, and then the other columns of hits. */
const FIELDS = [
  ...new Set([
    ...['time', 'site', 'visitor', 'status', 'method', 'bot', 'path', 'name', 'title', 'referrer', 'source'],
    ...Object.keys(COLUMNS),
  ]),
];
/** Texts whose first characters visitors cannot choose. */
const HARMLESS = ['site', 'value', 'currency'];
/** 16 hexadecimal digits, since JSON numbers lack the precision. */
const VISITOR = "lower(leftPad(hex(visitor), 16, '0'))";
/** A decimal number as text, as JSON numbers lack the precision; '' if an event has no value. */
const VALUE = "if(value = 0 AND currency = '', '', toString(value))";
/** Fields that are not exported as they are stored. */
const EXPRESSIONS: Readonly<Record<string, string>> = { visitor: VISITOR, value: VALUE };
/** Approximate hits of a slice. */
const SLICE_HITS = 100_000;

/** An export in progress. It ends when all hits are read, or when the caller disposes of it. */
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
 * Begins an export of hits. Times are ISO 8601 UTC (in Parquet, timestamps), visitors 16 hexadecimal digits, `props` is
 * JSON text, `value` a decimal number as text. Engagement signals are included, with their name. In CSV, an apostrophe
 * precedes text that a spreadsheet would take for a formula.
 *
 * @param signal also stops the creation of a Parquet file
 * @throws HitError `overloaded` if too many exports run, `store_unavailable`; the stream may throw these too
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
  // Archived hits were there before.
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

/** Groups consecutive hours until a slice has enough hits. */
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
    const expression = EXPRESSIONS[field];
    if (expression !== undefined) return format === 'csv' ? expression : `${expression} AS ${field}`;
    if (format !== 'csv' || COLUMNS[field] !== 'String' || HARMLESS.includes(field)) return field;
    return `if(match(${field}, ${quote(FORMULA_START)}), concat('\\'', ${field}), ${field})`;
  });
  return columns.join(', ');
}
