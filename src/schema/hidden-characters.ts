/**
 * Characters that are not shown, but change what is: control characters of 7 and 8 bits, which move the cursor of a terminal;
 * overrides and isolates of the writing direction, and line separators, which rearrange the text around them; and zero-width
 * spaces and operators, which make two texts look alike. No honest page has them in its address.
 *
 * Joiners (U+200C, U+200D) and direction marks (U+200E, U+200F) are not among them: Persian, Indic scripts and emoji are
 * written with joiners.
 *
 * The one list for collecting, access logs, Kafka and all outputs.
 */
const HIDDEN = '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';

const SOME = new RegExp(`[${HIDDEN}]`);
const EACH = new RegExp(`[${HIDDEN}]`, 'g');
/** In CSV, tabs and line breaks are part of the format. */
const EACH_IN_CSV = new RegExp(`(?![\\t\\r\\n])[${HIDDEN}]`, 'g');

export function hasHidden(text: string): boolean {
  return SOME.test(text);
}

/** @param replacement for each hidden character */
export function withoutHidden(text: string, replacement: string): string {
  return text.replaceAll(EACH, replacement);
}

/** A text for CSV, in which hidden characters are written as in JSON. */
export function escapedForCsv(text: string): string {
  return text.replaceAll(EACH_IN_CSV, escaped);
}

/**
 * A value as JSON that no terminal interprets: the same value to every reader.
 *
 * @example
 * jsonText({ path: '/a\u009b2J' }); // '{"path":"/a\\u009b2J"}'
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return hasHidden(text) ? text.replaceAll(EACH, escaped) : text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
