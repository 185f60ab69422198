import { readFileSync } from 'node:fs';

/**
 * Reads a list of this room: lines of cells separated by tabs; lines that begin with `#` say how the list is maintained.
 *
 * @param name of a file beside this one
 * @returns the cells of each line; a cell of `-` is empty
 */
export function readTable(name: string): string[][] {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t').map((cell) => (cell === '-' ? '' : cell)));
}

/** The entries of a cell: `a, b` with the separator `, `. */
export function entriesOf(cell: string, separator: string): string[] {
  return cell === '' ? [] : cell.split(separator);
}
