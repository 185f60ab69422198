/** The current address, as signals. */

import { computed, signal } from '@preact/signals';
import type { Filter } from '../view/filter.ts';
import { toggled } from '../view/filter.ts';
import type { Period } from '../view/period.ts';
import { readView, USUAL, type View, viewQuery } from '../view/view.ts';

const HOME = '/dashboard';
const SETTINGS = '/dashboard/settings';

const path = signal(location.pathname);
const query = signal(location.search);
export const view = signal<View>(readView(location.search));
export const isSettings = computed(() => path.value.replace(/\/$/, '') === SETTINGS);
/** Whether the address names no view: that of the start page. */
export const isStart = computed(() => !isSettings.value && query.value === '');

addEventListener('popstate', readAddress);

function readAddress(): void {
  path.value = location.pathname;
  // The settings keep the view, to return to it.
  if (isSettings.value) return;
  query.value = location.search;
  view.value = readView(location.search);
}

/** Shows another view, as a step in the browser's history. */
export function show(change: Partial<View>): void {
  const next = { ...view.value, ...change };
  const nextQuery = viewQuery(next);
  if (nextQuery === query.value) return;
  history.pushState(null, '', `${HOME}${nextQuery}`);
  query.value = nextQuery;
  view.value = next;
}

/** Another period starts with its default interval. */
export function showPeriod(period: Period): void {
  show({ period, interval: undefined });
}

export function toggleFilter(filter: Filter): void {
  show({ filters: toggled(view.value.filters, filter) });
}

/** The address of a view without filters. */
export function viewAddress(change: Partial<View>): string {
  return `${HOME}${viewQuery({ ...USUAL, ...change })}`;
}

/** The start page: all sites. */
export const START_ADDRESS = HOME;
export const SETTINGS_ADDRESS = SETTINGS;

/** The last view, to return to from the settings. */
export function homeAddress(): string {
  return query.value === '' ? HOME : `${HOME}${viewQuery(view.value)}`;
}

/** Shows an address of the dashboard, as a step in the browser's history. */
export function go(address: string): void {
  history.pushState(null, '', address);
  readAddress();
  scrollTo(0, 0);
}
