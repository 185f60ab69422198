import stringWidth from 'string-width';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Control characters, and those that turn the direction of writing: they would do to the terminal what they like. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** A character that joins others into one, as in a flag or a family, and harms nobody. */
const JOINER = '\u200d';
/** More than any screen has. */
const LONGEST = 1000;

/**
 * A text as it takes exactly so many columns: what is too long ends with `…`, and nothing in it moves the cursor.
 *
 * @param isNumber whether it stands at the right
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
  for (const { segment } of characters.segment(safe)) {
    const columns = stringWidth(segment);
    if (taken + columns > width) {
      [fitted, taken] = cut(fitted, width);
      break;
    }
    fitted += segment;
    taken += columns;
  }
  const space = ' '.repeat(Math.max(0, width - taken));
  return isNumber ? space + fitted : fitted + space;
}

/** Takes characters off the end until a `…` has room. */
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
