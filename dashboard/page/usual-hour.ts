import { useEffect, useState } from 'preact/hooks';
import type { SitesAnswer, Stats } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { ApiError, request } from '../api/api.ts';
import { hourQuery } from '../api/queries.ts';
import { type Hour, meanHour, usualHours } from '../view/usual.ts';
import { now } from './clock.ts';

/**
 * What is usual at this hour: the mean of the same hour and weekday of the last four weeks. Undefined until it is known, and if
 * there is nothing to compare with. Past hours hardly change, so they are asked for once an hour.
 *
 * @param site '' for all sites
 */
export function useUsualHour(site: string): Hour | undefined {
  const { data } = useAnswer<SitesAnswer>('/api/v1/sites');
  const [usual, setUsual] = useState<Hour>();
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
      hours.map((hour) => hourQuery(site, hour)),
      closing.signal,
    ).then((mean) => {
      if (!closing.signal.aborted) setUsual(mean);
    });
    return () => closing.abort();
  }, [site, key]);
  return usual;
}

/** One query after another: the figures of the period are not to wait for them. Undefined if one fails. */
async function meanOf(queries: readonly string[], signal: AbortSignal): Promise<Hour | undefined> {
  const hours: Hour[] = [];
  try {
    for (const query of queries) {
      const { hits, visitors } = (await request<Stats>(query, { signal })).totals;
      if (typeof hits === 'number' && typeof visitors === 'number') hours.push({ hits, visitors });
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof ApiError)) throw error;
    return undefined;
  }
  return meanHour(hours);
}
