/** Tables as CSV (RFC 4180) that a spreadsheet does not run. */

type Cell = string | number | null;

/** What makes a spreadsheet take a text for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text that would be a formula is preceded by a quote, which makes it a text. */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * @param rows the first one is the names of columns
 * @example
 * csvText([['page', 'hits'], ['=1+1', 3]]); // "page,hits\r\n'=1+1,3\r\n"
 */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}
