/** Control characters and lone surrogates: no honest sender has them, and no database and terminal wants them. */
const UNCLEAN = /[\u0000-\u001f\u007f\ud800-\udfff]/u;

/** Whether a text is to be refused as it is. */
export function isUnclean(text: string): boolean {
  return UNCLEAN.test(text);
}

/**
 * A text that holds line breaks and worse in good faith, made fit for a database and a terminal: well-formed, without
 * control characters, at most so many UTF-16 units.
 *
 * @example
 * tidied(' Line one\n\tline two ', 500); // 'Line one line two'
 */
export function normalized(text: string, longest: number): string {
  return text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/[\u0000-\u0020\u007f-\u009f]+/g, ' ')
    .trim();
}
