import { hasHidden, withoutHidden } from '../schema/hidden-characters.ts';

/** Control characters and lone surrogates that no version ever stored outside of properties. */
const NEVER_STORED = /[\u0000-\u001f\u007f\ud800-\udfff]/u;

const SHORT = 32;
const SPACE = 32;
const TILDE = 126;

/** Whether no stored hit has such a text. Earlier versions accepted some hidden characters. */
export function isNeverStored(text: string): boolean {
  return NEVER_STORED.test(text);
}

/** Whether a text must be refused: it has hidden characters (`schema/hidden-characters.ts`) or lone surrogates. */
export function isUnclean(text: string): boolean {
  return !isShortAscii(text) && (hasHidden(text) || !text.isWellFormed());
}

/** Whether a text is one of few printable ASCII characters, as most paths are: a loop then takes half the time of the checks. */
function isShortAscii(text: string): boolean {
  if (text.length > SHORT) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < SPACE || code > TILDE) return false;
  }
  return true;
}

/** A text that must not be refused, with `\ufffd` for each character that would be. */
export function cleaned(text: string): string {
  return isUnclean(text) ? withoutHidden(text.toWellFormed(), '\ufffd') : text;
}

/**
 * JSON of properties without escaped control characters and lone surrogates, which readers would unescape: a space replaces
 * them, such as line breaks.
 *
 * @param json from `JSON.stringify`
 */
export function cleanedJson(json: string): string {
  if (!json.includes('\\')) return json;
  return json.replaceAll(/\\(?:u[0-9a-f]{4}|.)/g, (found) =>
    found === '\\"' || found === '\\\\' ? found : ' ',
  );
}

/**
 * Makes a well-meant text with line breaks or other hidden characters safe for a database and a terminal: well-formed, without
 * hidden characters, of limited length in UTF-16 units.
 *
 * @example
 * normalized(' Line one\n\tline two ', 500); // 'Line one line two'
 */
export function normalized(text: string, longest: number): string {
  const plain = text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ');
  return withoutHidden(plain, '').trim();
}
