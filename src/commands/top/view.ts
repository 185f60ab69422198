import { TOP_PERIODS, type TopPeriod } from '../../settings/top.ts';
import { PANELS } from './snapshot.ts';

/** What is shown. */
export interface View {
  /** '' for all sites together. */
  readonly site: string;
  readonly period: TopPeriod;
  /** The leftmost panel. */
  readonly panel: number;
  readonly isHelp: boolean;
}

export const KEYS = [
  ['s, S', 'next site, and back'],
  ['p', 'next period of the rankings'],
  ['Tab, → and ←', 'other rankings'],
  ['?', 'this help'],
  ['q, Ctrl-C', 'end'],
] as const;

/** Keys that a terminal sent at once, after fast typing or a paste. */
export function keysOf(text: string): string[] {
  return text.match(/\u001b\[[\d;]*[A-Za-z~]|[\s\S]/gu) ?? [];
}

/**
 * The view after a key.
 *
 * @param key as a terminal in raw mode sends it
 * @param sites names of all sites
 * @returns undefined if the key ends the program; the same view for a key without a meaning
 */
export function onKey(view: View, key: string, sites: readonly string[]): View | undefined {
  const step = (index: number, by: number, length: number) => (index + by + length) % length;
  const turned = (by: number) => ({ ...view, panel: step(view.panel, by, PANELS.length) });
  const choices = ['', ...sites];
  const site = (by: number) => ({
    ...view,
    site: choices[step(Math.max(0, choices.indexOf(view.site)), by, choices.length)]!,
  });
  switch (key) {
    case 'q':
    case '\u0003':
    case '\u0004':
      return undefined;
    case '?':
    case 'h':
      return { ...view, isHelp: !view.isHelp };
    case '\u001b':
      return { ...view, isHelp: false };
    case 's':
      return site(1);
    case 'S':
      return site(-1);
    case 'p':
      return { ...view, period: TOP_PERIODS[step(TOP_PERIODS.indexOf(view.period), 1, TOP_PERIODS.length)]! };
    case '\t':
    case '\u001b[C':
      return turned(1);
    case '\u001b[Z':
    case '\u001b[D':
      return turned(-1);
    default:
      return view;
  }
}
