import { HitError } from '../../errors.ts';
import type { LiveAnswer } from '../../http/live-answer.ts';
import type { Top } from '../../query/answers.ts';
import type { TopPeriod } from '../../settings/top.ts';
import { readDuration } from '../../timing/duration.ts';
import type { ApiClient } from './api-client.ts';

/** Rankings, in the order of navigation. */
export const PANELS = ['path', 'source', 'country', 'browser', 'os', 'device', 'name', 'bot'] as const;
export type Panel = (typeof PANELS)[number];

/** The shown windows; the sparkline uses the first. */
export const WINDOWS = ['1s', '10s', '1m', '5m', '1h', '24h'] as const;

/** A ranking, or the reason why there is none. */
export interface Ranking {
  readonly by: Panel;
  readonly rows: Top['rows'];
}

/** The query. */
export interface RankingsQuery {
  /** '' for all sites together. */
  readonly site: string;
  readonly period: TopPeriod;
  readonly panels: readonly Panel[];
  readonly rows: number;
}

export function fetchLive(client: ApiClient, site: string): Promise<LiveAnswer> {
  return client.get(`/api/v1/live?${new URLSearchParams({ site, window: WINDOWS.join() })}`);
}

/**
 * Rankings of a period that ends now; none if the server has no database.
 *
 * @param now milliseconds since 1970
 */
export async function fetchRankings(
  client: ApiClient,
  { site, period, panels, rows }: RankingsQuery,
  now: number,
): Promise<Ranking[]> {
  const from = new Date(now - readDuration(period)! * 1000).toISOString();
  const fetchRanking = async (by: Panel) => {
    const params = new URLSearchParams({ site, from, by, limit: String(rows) });
    return { by, rows: (await client.get<Top>(`/api/v1/top?${params}`)).rows };
  };
  return (await ignoreMissing(() => Promise.all(panels.map(fetchRanking)))) ?? [];
}

/** Names of sites, most hits first; none if the server has no database. */
export async function fetchSites(client: ApiClient): Promise<string[]> {
  const answer = await ignoreMissing(() => client.get<{ sites: { site: string }[] }>('/api/v1/sites'));
  return (answer?.sites ?? []).map(({ site }) => site);
}

/** A server without a database still has live counts. */
async function ignoreMissing<Answer>(request: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof HitError && error.code === 'not_found') return undefined;
    throw error;
  }
}
