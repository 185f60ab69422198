/** Keyboard shortcuts, the same as in other trackers. */

import type { PeriodKind } from './period.ts';

export type Action =
  | { readonly period: PeriodKind }
  | { readonly step: -1 | 1 }
  | 'yesterday'
  | 'compare'
  | 'help'
  | 'clear';

export interface Shortcut {
  /** The label of the key. */
  readonly key: string;
  readonly name: string;
  readonly action: Action;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { key: 'R', name: 'Last 30 minutes', action: { period: 'realtime' } },
  { key: 'D', name: 'Today', action: { period: 'day' } },
  { key: 'E', name: 'Yesterday', action: 'yesterday' },
  { key: 'W', name: 'Last 7 days', action: { period: '7d' } },
  { key: 'T', name: 'Last 30 days', action: { period: '30d' } },
  { key: 'M', name: 'This month', action: { period: 'month' } },
  { key: 'Y', name: 'Last 12 months', action: { period: '12mo' } },
  { key: 'A', name: 'All time', action: { period: 'all' } },
  { key: '←', name: 'Previous period', action: { step: -1 } },
  { key: '→', name: 'Next period', action: { step: 1 } },
  { key: 'X', name: 'Toggle comparison', action: 'compare' },
  { key: 'C', name: 'Clear filters', action: 'clear' },
  { key: '?', name: 'Show this help', action: 'help' },
];

const ARROWS: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→' };

/** A pressed key. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The action of a key; undefined for keys that belong to the browser. */
export function actionOf({ key, ctrlKey, metaKey, altKey }: Press): Action | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const wanted = ARROWS[key] ?? key.toUpperCase();
  return SHORTCUTS.find((each) => each.key === wanted)?.action;
}

/** The key of a period. */
export function keyOf(kind: PeriodKind): string | undefined {
  return SHORTCUTS.find(
    ({ action }) => typeof action === 'object' && 'period' in action && action.period === kind,
  )?.key;
}
