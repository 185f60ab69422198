import { escapedForCsv } from '../schema/hidden-characters.ts';

/**
 * Characters at which a spreadsheet recognises a formula, also in full width. An apostrophe before them prevents that.
 *
 * Exports also use it as a regular expression of the engine, which reads it in the same way.
 */
export const FORMULA_START = '^(?:[=+\\-@\\t\\r]|＝|＋|－|＠)';

const FORMULA = new RegExp(FORMULA_START);

/**
 * Rows as CSV (RFC 4180), with a header.
 *
 * @param fields the header if there are no rows; default: none, and the text is empty then
 */
export function csvOf(rows: readonly object[], fields: readonly string[] = []): string {
  const [first] = rows;
  if (!first) return fields.length === 0 ? '' : csvLine(fields);
  return [Object.keys(first), ...rows.map((each) => Object.values(each))].map(csvLine).join('');
}

/** Fields as one line of CSV, with its line break. */
export function csvLine(fields: readonly unknown[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(value: unknown): string {
  const text = escapedForCsv(typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
