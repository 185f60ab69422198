/**
 * Classes of screens by their width in CSS pixels. Plausible has the same ones, so what was counted there compares.
 */
const CLASSES = [
  ['Mobile', 576],
  ['Tablet', 992],
  ['Laptop', 1440],
  ['Desktop', Number.POSITIVE_INFINITY],
] as const;

export type Screen = (typeof CLASSES)[number][0];

/** Names of the classes, from the narrowest to the widest. */
export const SCREENS: readonly Screen[] = CLASSES.map(([name]) => name);

/** `390`, or `390x844`. */
const SIZE = /^(\d{1,5})(?:x\d{1,5})?$/;

/**
 * The class of a screen. Its size is not kept: with other facts it could tell visitors apart.
 *
 * @param given width in CSS pixels, as number or text; `390x844`; or the class itself
 * @returns '' if it is missing; undefined if it is none of these
 * @example
 * readScreen(390); // 'Mobile'
 */
export function readScreen(given: unknown): Screen | '' | undefined {
  if (given === undefined || given === null || given === '') return '';
  if (typeof given === 'number') return given >= 0 ? classOf(given) : undefined;
  if (typeof given !== 'string') return undefined;
  const [, width] = SIZE.exec(given) ?? [];
  if (width !== undefined) return classOf(Number(width));
  return CLASSES.find(([name]) => name === given)?.[0];
}

function classOf(width: number): Screen {
  return CLASSES.find(([, end]) => width < end)?.[0] ?? 'Desktop';
}
