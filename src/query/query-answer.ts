/** Answers to `POST /api/v1/query`. */
import { periodOf, periodText, withKnownTimes } from './asked-period.ts';
import { ALL_VISITS, type VisitsUntil } from './current-visits.ts';
import { hitsToScan } from './data-stats.ts';
import { answerQuery, type Calendar } from './engine/answer.ts';
import { intervalOf } from './engine/column.ts';
import { ESTIMATE_ERROR, OF_VISITORS } from './engine/measure.ts';
import type { Query, Span } from './engine/query.ts';
import { Gaps } from './gaps.ts';
import { intervalStarts } from './interval-starts.ts';
import { type KnownTimes, knownTimes } from './known-times.ts';
import type { AskedQuery } from './language/query-reader.ts';
import { comparedPeriod } from './period.ts';
import { FEW_HITS } from './plan.ts';
import type { QueryAnswer } from './query-schemas.ts';
import { RolledCounts } from './rolled-counts.ts';
import { ESTIMATED } from './selected-period.ts';
import { checkIntervals } from './selection.ts';
import type { Source } from './source.ts';
import { uncollectedNotes } from './uncollected.ts';
import { unknownSites } from './unknown-sites.ts';

/**
 * Answers a query.
 *
 * @param now milliseconds since 1970
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 * @throws HitError `invalid` for too many intervals or rows; `query_timeout`, `overloaded`, `store_unavailable`
 */
export async function queryAnswer(
  source: Source,
  asked: AskedQuery,
  now: number,
  visitsUntil: VisitsUntil = ALL_VISITS,
): Promise<QueryAnswer> {
  const period = await periodOf(source, asked, now);
  const plain: Query = { ...engineQuery(asked), ...period };
  const compared = comparedSpan(asked, period);
  const spans = compared ? [period, compared] : [period];
  const intervals = plain.dimensions.flatMap((dimension) => intervalOf(dimension) ?? []);
  for (const span of spans) for (const interval of intervals) checkIntervals(interval, span);
  const calendar: Calendar = (interval, span) => intervalStarts(interval, span, plain.timezone);
  const { orderBy, limit, offset, totals } = asked;
  const { result, known } = await withKnownTimes(
    () => knownTimes(source, plain.sites, spans, visitsUntil()),
    async (before) => {
      const hasAllVisits = spans.every((span, at) => areAllKnown(span, before[at]!));
      const query: Query = {
        ...plain,
        hasAllVisits,
        estimatesVisitors:
          plain.metrics.some((metric) => OF_VISITORS.has(metric)) &&
          (await areMany(source, plain.sites, spans)),
      };
      const rolled = new RolledCounts(source, before);
      const options = { orderBy, limit, offset, totals, compared, rolled };
      const answer = await answerQuery(source, query, options, calendar);
      return { query, answer, isEstimated: rolled.areUsed };
    },
  );
  const { query, isEstimated } = result;
  const before = compared && { span: compared, known: known[1]! };
  const gaps = new Gaps(query, calendar, known[0]!, before);
  const answer = gaps.filled(result.answer);
  const notes = [...gaps.notes, ...uncollectedNotes(result.answer, query.metrics)];
  return {
    results: answer.results,
    ...(answer.totals && { totals: answer.totals }),
    meta: {
      ...precisionOf(query, isEstimated, answer),
      ...(areKnown(plain.sites, answer) ? {} : await unknownSites(source, plain.sites)),
      ...(asked.totalRows && { total_rows: answer.totalRows }),
      ...(notes.length > 0 && { notes }),
    },
    query: understood(asked, period, compared),
  };
}

/** Whether an answer alone shows that its site has hits. */
function areKnown(sites: readonly string[], { results }: Pick<QueryAnswer, 'results'>): boolean {
  return sites.length === 1 && results.some(({ metrics }) => metrics.some((value) => Number(value) > 0));
}

/** Whether all visits that overlap a period are known. Purged visits end before the time from which visits are known. */
function areAllKnown({ from, to }: Span, { visits, visitsUntil }: KnownTimes): boolean {
  return visits <= from && visitsUntil >= to;
}

/** Whether periods have so many hits that visitors are estimated. */
async function areMany(source: Source, sites: readonly string[], spans: readonly Span[]): Promise<boolean> {
  const site = sites.length === 1 ? sites[0]! : '';
  const counts = await Promise.all(spans.map(({ from, to }) => hitsToScan(source, { site, from, to })));
  return Math.max(...counts) > (source.maxScannedHits ?? FEW_HITS);
}

/**
 * The metrics that are estimates, if any of their values are known.
 *
 * @param areRolled whether visitors come from rollups
 */
function precisionOf(
  { metrics, estimatesVisitors = false }: Query,
  areRolled: boolean,
  { results, totals }: Pick<QueryAnswer, 'results' | 'totals'>,
) {
  if (!areRolled && !estimatesVisitors) return {};
  const rows = [...results, ...(totals ? [totals] : [])];
  const isKnown = (at: number) => rows.some((row) => row.metrics[at] !== null);
  const estimated = metrics.filter((metric, at) => OF_VISITORS.has(metric) && isKnown(at));
  if (estimated.length === 0) return {};
  return { estimated, standard_error: areRolled ? ESTIMATED.error : Number(ESTIMATE_ERROR.toFixed(4)) };
}

function engineQuery({ sites, timezone, bots, filters, metrics, dimensions, goal, goals }: AskedQuery) {
  return { sites, timezone, bots, filters, metrics, dimensions, goal, goals };
}

function comparedSpan({ comparison, timezone }: AskedQuery, period: Span): Span | undefined {
  if (typeof comparison !== 'string') return comparison;
  return comparedPeriod(period, comparison === 'previous_period' ? 'previous' : 'year', timezone);
}

function understood(asked: AskedQuery, period: Span, compared: Span | undefined): QueryAnswer['query'] {
  const { sites, timezone, bots, metrics, dimensions, filters, goal, orderBy, limit, offset } = asked;
  const { totals, totalRows } = asked;
  return {
    ...(sites.length > 0 && { site: sites }),
    ...{ period: periodText(period), timezone, bots, metrics, dimensions, filters },
    ...(goal !== undefined && { goal }),
    ...(orderBy && { order_by: orderBy }),
    ...{ limit, offset },
    include: { ...(compared && { comparison: periodText(compared) }), totals, total_rows: totalRows },
  };
}
