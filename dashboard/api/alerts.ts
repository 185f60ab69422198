import { useEffect, useState } from 'preact/hooks';
import type { AlertsAnswer } from './answer-types.ts';
import { type Answer, isAwaited, useAnswer } from './answers.ts';

export const ALERTS_PATH = '/api/v1/alerts';

/** Milliseconds between two refreshes: the server checks every 5 s, also when no hits arrive. */
const REFRESH_MS = 10_000;

/** All alerts, kept up to date. Only administrators may see them. */
export function useAlerts(): Answer<AlertsAnswer> {
  const [refreshes, setRefreshes] = useState(0);
  const answer = useAnswer<AlertsAnswer>(ALERTS_PATH, false, refreshes);
  // Without the rate tracker there are none, however often it is asked.
  const isOver = answer.error?.status === 404;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => {
      if (!document.hidden && !isAwaited('others')) setRefreshes((count) => count + 1);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [isOver]);
  return answer;
}
