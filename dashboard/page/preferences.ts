/** The user's preferences: language, theme, length of the live window, and tiles. */

import { effect, signal } from '@preact/signals';
import { Format } from '../text/format.ts';
import { METRICS, type Metric } from '../view/view.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_THEME = 'hit-tracker.theme';
const KEPT_WINDOW = 'hit-tracker.window';
const KEPT_TILES = 'hit-tracker.tiles';
const USUAL_WINDOW = 300;
const USUAL_TILES: readonly Metric[] = [
  'visitors',
  'visits',
  'pageviews',
  'hits',
  'bounce_rate',
  'visit_duration',
];

export const format = new Format(navigator.languages);

export const theme = signal<Theme>(THEMES.find((each) => each === recall(KEPT_THEME)) ?? 'auto');
/** Length of the live window, in seconds. */
export const windowSeconds = signal(Number(recall(KEPT_WINDOW)) || USUAL_WINDOW);

/** Metrics of the tiles, in their order. */
export const tiles = signal<readonly Metric[]>(keptTiles());

function keptTiles(): readonly Metric[] {
  const names = (recall(KEPT_TILES) ?? '').split(',');
  const kept = METRICS.filter((metric) => names.includes(metric));
  return kept.length > 0 ? kept : USUAL_TILES;
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(prefersDark.matches);
prefersDark.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

/** Whether the theme is dark, by selection or by the system. */
export const isDark = signal(false);

effect(() => {
  isDark.value = theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark';
  document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
  remember(KEPT_THEME, theme.value);
});
effect(() => remember(KEPT_TILES, tiles.value.join()));
effect(() => remember(KEPT_WINDOW, String(windowSeconds.value)));

/** If the browser stores nothing, the user selects again. */
function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Nothing is stored: the selection is lost with the page.
  }
}
