import { effect, signal } from '@preact/signals';
import { MINUTE } from '../../src/timing/units.ts';
import type { Live } from '../api/answer-types.ts';
import { type AnswerKind, figuresPulse, isAwaited, pulse, slowestAnswer } from '../api/answers.ts';
import { isConnected } from '../api/connection.ts';
import { live } from '../api/live-feed.ts';

/** Minimum intervals between refreshes of a current period while hits arrive: of its figures, and of everything. */
const FIGURES_MS = 2000;
const REFRESH_MS = 10_000;
/** If answers are slow, the pause is this many times as long as the slowest took. Figures agree with Now within seconds. */
const REST: Readonly<Record<AnswerKind, number>> = { figures: 2, others: 20 };
/** Milliseconds between checks whether answers are still awaited. */
const BUSY_MS = 500;

/** The current time, to the minute. */
export const now = signal(new Date());

/** Advances the clock, and refreshes answers when hits have arrived and the page is visible. */
export function startClock(): void {
  let hits: number | undefined;
  const begin = Date.now();
  const refreshFigures = paced('figures', FIGURES_MS, () => figuresPulse.value++);
  const refreshAll = paced('others', REFRESH_MS, () => pulse.value++);
  effect(() => {
    const answer = live.value;
    if (answer === undefined || answer.total.hits === hits) return;
    // The answers with which a page starts lack hits that arrived after them and before it has live counts.
    const isCurrent = hits === undefined && !hasHits(answer, Date.now() - begin);
    hits = answer.total.hits;
    if (isCurrent) return;
    refreshFigures();
    refreshAll();
  });
  setInterval(() => {
    if (!document.hidden && minuteOf(Date.now()) !== minuteOf(now.value.getTime())) now.value = new Date();
  }, 1000);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    now.value = new Date();
    pulse.value++;
  });
  let wasConnected = true;
  effect(() => {
    if (isConnected.value && !wasConnected) pulse.value++;
    wasConnected = isConnected.value;
  });
}

/** Whether hits arrived within so many milliseconds. True if no window is as long. */
function hasHits({ windows }: Live, milliseconds: number): boolean {
  // Windows end at whole seconds.
  const window = windows.find(({ seconds }) => seconds * 1000 >= milliseconds + 1000);
  return window === undefined || window.hits > 0;
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE);
}

/**
 * Runs a refresh after each call: not before a pause since the last one, not while answers are awaited, and not while the page is
 * hidden.
 *
 * @param least milliseconds of the pause
 */
function paced(kind: AnswerKind, least: number, refresh: () => void): () => void {
  let last = Date.now();
  let isDue = false;
  const attempt = () => {
    if (isAwaited(kind)) {
      setTimeout(attempt, BUSY_MS);
      return;
    }
    isDue = false;
    last = Date.now();
    if (!document.hidden) refresh();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    const pause = Math.max(least, REST[kind] * slowestAnswer(kind));
    setTimeout(attempt, Math.max(0, last + pause - Date.now()));
  };
}
