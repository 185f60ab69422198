/** Quoted fields. Servers write a quote within them as `\"` and a backslash as `\\`. */

import { BACKSLASH, SPACE } from './ascii.ts';

/**
 * The index of the quote that closes a field, -1 if there is none. The quote is not escaped, and a space or the end
 * follows: so output of a server that does not escape quotes is mostly understood too.
 *
 * @param from index of the first character in the field
 * @param end index after the last character of the line
 */
export function closingQuote(line: string, from: number, end: number): number {
  let quote = line.indexOf('"', from);
  while (quote !== -1) {
    const isLast = quote + 1 === end || line.charCodeAt(quote + 1) === SPACE;
    if (isLast && !isEscaped(line, from, quote)) return quote;
    quote = line.indexOf('"', quote + 1);
  }
  return -1;
}

/** Whether an odd number of backslashes precedes `at`. */
function isEscaped(line: string, from: number, at: number): boolean {
  let first = at;
  while (first > from && line.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

/**
 * The unquoted text. `\"` and `\\` are decoded; `\x16` stays, since it stands for a byte, not for text.
 *
 * @param escapes whether the line has any backslash
 */
export function quotedText(line: string, from: number, to: number, escapes: boolean): string {
  const text = line.slice(from, to);
  return escapes ? text.replace(/\\(["\\])/g, '$1') : text;
}
