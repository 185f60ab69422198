import stringWidth from 'string-width';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Control characters, and those that change the writing direction: they could manipulate the terminal. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Wider than any screen. */
const LONGEST = 1000;

/** A character that joins others, as in the emoji of a family. */
const JOINER = '\u200d';
const PICTURE = /^\p{Extended_Pictographic}/u;
/** A flag consists of two of these. */
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;
const FLAG_A = 0x1f1e6;
/** Variation selectors, which make a character wider in some terminals only. */
const EMOJI_MODIFIERS = /\p{Variation_Selector}|\u20e3|\u200d/u;
/** Accents and joined letters per character; hundreds would be drawn over the lines above. */
const MAX_COMBINING_MARKS = 4;

/** Scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Invisible. Text after it continues from left to right. */
const LEFT_TO_RIGHT = '\u200e';

/**
 * A text in exactly the given number of columns: longer text ends with `…`, and nothing in it moves the cursor.
 *
 * Terminals disagree on the width of an emoji made of several. So only the first one is shown, without its skin tone,
 * and a flag as its two letters. Some terminals reverse right-to-left text together with the numbers after it, which
 * would end up in each other's column: a mark at the end of such text keeps them in place.
 *
 * @param isNumber whether to align it right
 * @example
 * cell('/päge\x1b[2J', 8); // '/päge�[…'
 */
export function cell(text: string, width: number, isNumber = false): string {
  const safe = text
    .slice(0, LONGEST)
    .toWellFormed()
    .replaceAll(UNSAFE, (found) => (found === JOINER ? found : '\ufffd'));
  let fitted = '';
  let taken = 0;
  for (const { segment } of characters.segment(safe.normalize())) {
    const drawn = agreed(segment);
    const columns = stringWidth(drawn);
    if (taken + columns > width) {
      [fitted, taken] = cut(fitted, width);
      break;
    }
    fitted += drawn;
    taken += columns;
  }
  if (RIGHT_TO_LEFT.test(fitted)) fitted += LEFT_TO_RIGHT;
  const space = ' '.repeat(Math.max(0, width - taken));
  return isNumber ? space + fitted : fitted + space;
}

/** A character in a form that has the same width in all terminals. */
function agreed(character: string): string {
  const [first = '', ...rest] = character;
  if (PICTURE.test(first)) return first;
  if (FLAG_LETTER.test(first)) {
    const letters = [...character].filter((each) => FLAG_LETTER.test(each));
    return letters.map((each) => String.fromCharCode(0x41 + each.codePointAt(0)! - FLAG_A)).join('');
  }
  const kept = rest.filter((each) => !EMOJI_MODIFIERS.test(each)).slice(0, MAX_COMBINING_MARKS);
  return (first === JOINER ? '' : first) + kept.join('');
}

/** Removes characters at the end until a `…` fits. */
function cut(text: string, width: number): [string, number] {
  if (width < 1) return ['', 0];
  const kept = [...characters.segment(text)].map(({ segment }) => segment);
  let taken = kept.reduce((sum, segment) => sum + stringWidth(segment), 0);
  while (taken > width - 1) taken -= stringWidth(kept.pop()!);
  return [`${kept.join('')}…`, taken + 1];
}

const BARS = '▁▂▃▄▅▆▇█';

/** Numbers as a row of bars, the newest at the right. */
export function sparkline(numbers: readonly number[], width: number): string {
  const shown = width > 0 ? numbers.slice(-width) : [];
  const most = Math.max(1, ...shown);
  const bars = shown.map(
    (number) => BARS[Math.min(BARS.length - 1, Math.ceil((number / most) * (BARS.length - 1)))],
  );
  return bars.join('').padStart(width);
}
