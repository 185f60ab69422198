import { effect, signal } from '@preact/signals';
import { MINUTE } from '../../src/timing/units.ts';
import { pulse, slowestAnswer } from '../api/answers.ts';
import { isConnected } from '../api/connection.ts';
import { live } from '../api/live-feed.ts';

/** Minimum interval between refreshes of a current period while hits arrive. */
const REFRESH_MS = 8000;
/** Time within which a page gets its first answers. */
const BEGINNING_MS = 2000;
/** If answers are slow, the pause is this many times as long as the answer took. */
const REST = 20;

/** The current time, to the minute. */
export const now = signal(new Date());

/** Advances the clock, and refreshes answers when hits have arrived and the page is visible. */
export function startClock(): void {
  let hits: number | undefined;
  const begin = Date.now();
  let last = begin;
  let isDue = false;
  const beat = () => {
    isDue = false;
    last = Date.now();
    if (!document.hidden) pulse.value++;
  };
  effect(() => {
    const total = live.value?.total.hits;
    if (total === undefined || total === hits) return;
    // The page starts with fresh answers.
    const isFirst = hits === undefined && Date.now() - begin < BEGINNING_MS;
    hits = total;
    const rest = Math.max(REFRESH_MS, REST * slowestAnswer());
    if (isFirst || isDue) return;
    isDue = true;
    setTimeout(beat, Math.max(0, last + rest - Date.now()));
  });
  setInterval(() => {
    if (!document.hidden && minuteOf(Date.now()) !== minuteOf(now.value.getTime())) now.value = new Date();
  }, 1000);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    now.value = new Date();
    beat();
  });
  let wasConnected = true;
  effect(() => {
    if (isConnected.value && !wasConnected) beat();
    wasConnected = isConnected.value;
  });
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE);
}
