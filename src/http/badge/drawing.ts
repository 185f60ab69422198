import { withoutHidden } from '../../schema/hidden-characters.ts';

/** A badge as SVG: a label and a number, side by side. */

/** Colours and corners of a badge. */
interface Theme {
  readonly label: string;
  readonly labelText: string;
  readonly value: string;
  readonly valueText: string;
  readonly radius: number;
  /** Whether the badge is lit from above. */
  readonly isGlossy: boolean;
}

export const THEMES = {
  flat: {
    label: '#3c4049',
    labelText: '#fff',
    value: '#3457d1',
    valueText: '#fff',
    radius: 4,
    isGlossy: false,
  },
  plastic: {
    label: '#4b505b',
    labelText: '#fff',
    value: '#2f7d5b',
    valueText: '#fff',
    radius: 4,
    isGlossy: true,
  },
  dark: {
    label: '#111318',
    labelText: '#a0a6b4',
    value: '#21252e',
    valueText: '#eceef3',
    radius: 6,
    isGlossy: false,
  },
  light: {
    label: '#f0f0ec',
    labelText: '#5d626d',
    value: '#fff',
    valueText: '#1c1e24',
    radius: 6,
    isGlossy: false,
  },
} as const satisfies Record<string, Theme>;
export type ThemeName = keyof typeof THEMES;

const HEIGHT = 20;
const FONT_SIZE = 11;
const PADDING = 7;
/** Character widths of Verdana, the font of badges, at this size; if the font is missing, texts are fitted to them. */
const WIDTHS: readonly (readonly [string, number])[] = [
  ["ijl.,:;|!'", 3.6],
  ['frt()[] -/\\I', 4.7],
  ['mwMW%@', 10.3],
  ['ABCDEFGHKNOPQRSTUVXYZ&_', 7.7],
];
const USUAL_WIDTH = 6.9;
/** Width of characters beyond ASCII, many of which are as wide as they are high. */
const WIDE = 11;

/**
 * @param label any text
 * @param value any text
 */
export function badgeSvg(label: string, value: string, name: ThemeName): string {
  const theme = THEMES[name];
  const [left, right] = [boxWidth(label), boxWidth(value)];
  const title = `${escaped(label)}: ${escaped(value)}`;
  const gloss = theme.isGlossy
    ? '<linearGradient id="g" x2="0" y2="100%"><stop offset="0" stop-color="#fff" stop-opacity=".25"/><stop offset="1" stop-opacity=".15"/></linearGradient>'
    : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" role="img" aria-label="${title}">`,
    `<title>${title}</title>${gloss}`,
    `<clipPath id="c"><rect width="${left + right}" height="${HEIGHT}" rx="${theme.radius}"/></clipPath>`,
    `<g clip-path="url(#c)"><rect width="${left}" height="${HEIGHT}" fill="${theme.label}"/>`,
    `<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${theme.value}"/>`,
    theme.isGlossy ? `<rect width="${left + right}" height="${HEIGHT}" fill="url(#g)"/>` : '',
    `</g><g text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="${FONT_SIZE}">`,
    textAt(label, left / 2, left, theme.labelText),
    textAt(value, left + right / 2, right, theme.valueText),
    '</g></svg>',
  ].join('');
}

function textAt(text: string, middle: number, width: number, colour: string): string {
  const length = width - 2 * PADDING;
  return `<text x="${middle}" y="14" fill="${colour}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
}

/** Whole pixels, so that edges are sharp. */
function boxWidth(text: string): number {
  const width = [...text].reduce((sum, character) => sum + characterWidth(character), 0);
  return Math.ceil(width) + 2 * PADDING;
}

function characterWidth(character: string): number {
  if (character > '~') return WIDE;
  return WIDTHS.find(([characters]) => characters.includes(character))?.[1] ?? USUAL_WIDTH;
}

/** Escapes text for elements and attributes. Characters that XML cannot represent are removed. */
function escaped(text: string): string {
  return withoutHidden(text.toWellFormed(), '')
    .replaceAll(/[\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
