/** The current address, as signals. */

import { computed, signal } from '@preact/signals';
import type { Filter } from '../view/filter.ts';
import { toggled } from '../view/filter.ts';
import type { Period } from '../view/period.ts';
import { readView, type View, viewQuery } from '../view/view.ts';

const HOME = '/dashboard';
const SETTINGS = '/dashboard/settings';

const path = signal(location.pathname);
export const view = signal<View>(readView(location.search));
export const isSettings = computed(() => path.value.replace(/\/$/, '') === SETTINGS);

addEventListener('popstate', () => {
  path.value = location.pathname;
  view.value = readView(location.search);
});

/** Shows another view, as a step in the browser's history. */
export function show(change: Partial<View>): void {
  const next = { ...view.value, ...change };
  const query = viewQuery(next);
  if (query === viewQuery(view.value)) return;
  history.pushState(null, '', `${HOME}${query}`);
  view.value = next;
}

/** Another period starts with its default interval. */
export function showPeriod(period: Period): void {
  show({ period, interval: undefined });
}

export function toggleFilter(filter: Filter): void {
  show({ filters: toggled(view.value.filters, filter) });
}

export function homeAddress(): string {
  return `${HOME}${viewQuery(view.value)}`;
}

export function openSettings(): void {
  go(SETTINGS);
}

export function openHome(): void {
  go(homeAddress());
}

function go(address: string): void {
  history.pushState(null, '', address);
  path.value = location.pathname;
  scrollTo(0, 0);
}
