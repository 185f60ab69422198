/** Control characters and lone surrogates: no honest sender uses them, and they harm databases and terminals. */
const UNCLEAN = /[\u0000-\u001f\u007f\ud800-\udfff]/u;

/** Whether a text must be refused. */
export function isUnclean(text: string): boolean {
  return UNCLEAN.test(text);
}

/**
 * Makes a well-meant text with line breaks or other control characters safe for a database and a terminal: well-formed,
 * without control characters, of limited length in UTF-16 units.
 *
 * @example
 * normalized(' Line one\n\tline two ', 500); // 'Line one line two'
 */
export function normalized(text: string, longest: number): string {
  return text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/[\u0000-\u0020\u007f-\u009f]+/g, ' ')
    .trim();
}
