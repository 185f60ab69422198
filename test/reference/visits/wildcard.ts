/** Patterns in which `*` stands for any characters, including `/`, or none. They match the whole text, case-sensitively. */

/**
 * A test of a pattern. `\` before a `*` or a `\` means that character itself.
 *
 * @example
 * matcherOf('/blog/*')('/blog/a/b'); // true
 */
export function matcherOf(pattern: string): (text: string) => boolean {
  const pieces = [''];
  for (let at = 0; at < pattern.length; at++) {
    const next = pattern[at + 1];
    if (pattern[at] === '*') pieces.push('');
    else if (pattern[at] === '\\' && (next === '*' || next === '\\')) {
      pieces[pieces.length - 1] += next;
      at++;
    } else pieces[pieces.length - 1] += pattern.charAt(at);
  }
  return (text) => isOfPieces(text, pieces);
}

/** Finds the first piece at the start, the last at the end, and the others between them, each as early as possible. */
function isOfPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0]!;
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1)!;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
