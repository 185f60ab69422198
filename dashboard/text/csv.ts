import { csvLine } from '../../src/query/csv.ts';

/**
 * Tables as CSV (RFC 4180) that is safe for spreadsheets: text that looks like a formula is prefixed with a quote.
 *
 * @param rows the first one has the names of columns; null is an empty cell
 * @example
 * csvText([['page', 'hits'], ['=1+1', 3]]); // "page,hits\r\n'=1+1,3\r\n"
 */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => csvLine(row.map((cell) => cell ?? ''))).join('');
}
