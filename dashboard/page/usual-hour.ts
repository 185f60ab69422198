import { useEffect, useState } from 'preact/hooks';
import type { SitesAnswer, Stats } from '../api/answer-types.ts';
import { fetchWithRetry, useAnswer } from '../api/answers.ts';
import { hoursQuery } from '../api/queries.ts';
import { type Hour, meanHour, type Usual, usualHours } from '../view/usual.ts';
import { now } from './clock.ts';

/**
 * What is usual at this hour: the mean of the same hour and weekday of the last four weeks. Undefined until it is known, and if
 * there is nothing to compare with. Past hours hardly change, so they are asked for once an hour.
 *
 * @param site '' for all sites
 */
export function useUsual(site: string): Usual | undefined {
  const { data } = useAnswer<SitesAnswer>('/api/v1/sites');
  const [usual, setUsual] = useState<Usual>();
  const first = Math.min(
    ...(data?.sites ?? [])
      .filter((each) => site === '' || each.site === site)
      .map((each) => Date.parse(each.first)),
  );
  const hours = Number.isFinite(first) ? usualHours(now.value, first) : [];
  const key = hours.map(({ from }) => from).join();
  useEffect(() => {
    setUsual(undefined);
    const closing = new AbortController();
    void meanOf(
      hours.map((hour) => hoursQuery(site, hour)),
      closing.signal,
    ).then((mean) => {
      if (!closing.signal.aborted) setUsual(mean);
    });
    return () => closing.abort();
  }, [site, key]);
  return usual;
}

/** One query after another: the figures of the period are not to wait for them. Undefined if one fails. */
async function meanOf(queries: readonly string[], signal: AbortSignal): Promise<Usual | undefined> {
  const hours: Usual[] = [];
  for (const query of queries) {
    const stats = await fetchWithRetry<Stats>(query, signal, 'others');
    if (stats === undefined) return undefined;
    const [before, hour] = stats.series.map(({ hits, visitors }) =>
      // Those of purged hits are unknown.
      typeof hits === 'number' && typeof visitors === 'number' ? { hits, visitors } : undefined,
    );
    if (before && hour) hours.push({ before, hour });
  }
  const meanOfAll = (which: keyof Usual) => meanHour(hours.map((each): Hour => each[which]));
  const [before, hour] = [meanOfAll('before'), meanOfAll('hour')];
  return before && hour && { before, hour };
}
