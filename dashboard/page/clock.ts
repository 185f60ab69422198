import { signal } from '@preact/signals';
import { pulse } from '../ask/answers.ts';
import { live } from '../ask/live-feed.ts';

const MINUTE_MS = 60_000;
/** Answers about a period that goes on are at most so old while hits come. */
const REFRESH_MS = 10_000;

/** The present, to the minute. */
export const now = signal(new Date());

let hitsThen = -1;

/** Lets the present go on, and asks again while hits come and somebody looks. */
export function startClock(): void {
  setInterval(() => {
    if (document.hidden) return;
    if (Math.floor(Date.now() / MINUTE_MS) !== Math.floor(now.value.getTime() / MINUTE_MS))
      now.value = new Date();
    const hits = live.value?.total.hits ?? -1;
    if (hits !== hitsThen && hitsThen >= 0) pulse.value++;
    hitsThen = hits;
  }, REFRESH_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    now.value = new Date();
    pulse.value++;
  });
}
