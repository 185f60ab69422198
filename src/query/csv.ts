/**
 * What a spreadsheet would take for a formula begins so. An apostrophe before it keeps it from being one.
 *
 * The store's exports use it as a regular expression of the engine, which reads it in the same way.
 */
export const FORMULA_START = '^[=+\\-@\\t\\r]';

const FORMULA = new RegExp(FORMULA_START);

/**
 * Rows as CSV (RFC 4180), the names of their fields first.
 *
 * @param fields their names where there are no rows; default: none, and nothing is written then
 */
export function csvOf(rows: readonly object[], fields: readonly string[] = []): string {
  const [first] = rows;
  if (!first) return fields.length === 0 ? '' : csvLine(fields);
  return [Object.keys(first), ...rows.map((each) => Object.values(each))].map(csvLine).join('');
}

/** Fields as a line of CSV, with its end. */
export function csvLine(fields: readonly unknown[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(value: unknown): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
