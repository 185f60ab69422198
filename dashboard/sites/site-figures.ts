/** What the start page shows of each site, from the answers of several queries. */
import { computed, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { MINUTE } from '../../src/timing/units.ts';
import type { QueryAnswer, QueryRow, Site } from '../api/answer-types.ts';
import { type Answer, useAnswer } from '../api/answers.ts';
import { changeOf } from '../api/figures.ts';
import { live } from '../api/live-feed.ts';
import { recentQuery, sitesQuery, sparklinesQuery } from '../api/queries.ts';
import { now } from '../page/clock.ts';
import { localDate } from '../view/calendar.ts';
import { type Interval, intervalsOf, type Period } from '../view/period.ts';
import { startsOf } from '../view/series.ts';
import type { SiteLine } from '../view/site-list.ts';

/** Length of the window of current visitors. */
const RECENT_MS = 5 * MINUTE;
const TICK_MS = 10_000;

const tick = signal(Date.now());
setInterval(() => {
  if (!document.hidden) tick.value = Date.now();
}, TICK_MS);
/** The latest known time of the server. */
const serverTime = computed(() => Math.max(tick.value, Date.parse(live.value?.at ?? '1970-01-01')));

interface SiteFigures {
  readonly answer: Answer<QueryAnswer>;
  readonly lines: readonly SiteLine[];
}

export function useSiteFigures(sites: readonly Site[], period: Period): SiteFigures {
  const answer = useAnswer<QueryAnswer>(sitesQuery(period, now.value));
  const since = Math.floor((serverTime.value - RECENT_MS) / TICK_MS) * TICK_MS;
  const recent = useAnswer<QueryAnswer>(recentQuery(since));
  const counted = byName(answer.data);
  const current = byName(recent.data);
  const lines = sites.map(({ site, last }) => {
    const row = counted?.get(site);
    return {
      site,
      visitors: counted ? numberOf(row?.metrics[0]) : null,
      hits: counted ? numberOf(row?.metrics[1]) : null,
      change: changeOf(row?.comparison?.change[0] ?? null, undefined),
      live: current ? numberOf(current.get(site)?.metrics[0]) : null,
      last: Date.parse(last),
    };
  });
  return { answer, lines };
}

/** Visitors by interval of each of some sites. */
export function useSparklines(
  sites: readonly string[],
  period: Period,
): ReadonlyMap<string, readonly number[]> {
  const interval = sparklineInterval(period);
  const { data } = useAnswer<QueryAnswer>(
    sites.length === 0 ? undefined : sparklinesQuery(sites, period, interval, now.value),
  );
  return useMemo(() => (data ? seriesBySite(data, interval) : new Map()), [data]);
}

/** Intervals in which no site has a visitor have no rows, and the value 0. */
function seriesBySite({ results, query }: QueryAnswer, interval: Interval): Map<string, number[]> {
  const seconds = (time: string) => Date.parse(time) / 1000;
  const starts = startsOf(seconds(query.period.from), seconds(query.period.to), interval);
  const times = new Set([...starts, ...results.map(({ dimensions }) => seconds(dimensions[1]!))]);
  const places = new Map([...times].sort((a, b) => a - b).map((time, at) => [time, at]));
  const values = new Map<string, number[]>();
  for (const { dimensions, metrics } of results) {
    const own = values.get(dimensions[0]!) ?? Array.from({ length: places.size }, () => 0);
    own[places.get(seconds(dimensions[1]!))!] = numberOf(metrics[0]) ?? 0;
    values.set(dimensions[0]!, own);
  }
  return values;
}

function sparklineInterval(period: Period): Interval {
  return intervalsOf(period, localDate(now.value))[0] ?? 'month';
}

function byName(answer: QueryAnswer | undefined): ReadonlyMap<string, QueryRow> | undefined {
  return answer && new Map(answer.results.map((row) => [row.dimensions[0]!, row]));
}

/** Sites without hits in the period have no row. */
function numberOf(value: QueryRow['metrics'][number] | undefined): number | null {
  return value === undefined ? 0 : typeof value === 'number' ? value : null;
}
