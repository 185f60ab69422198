/** Typical queries about visits, each with the same query over raw hits. */
import { readFileSync } from 'node:fs';
import { answerQuery } from '../src/query/engine/answer.ts';
import { answerFunnel } from '../src/query/engine/funnel.ts';
import type { Goal, Query, Value } from '../src/query/engine/query.ts';
import { intervalStarts } from '../src/query/interval-starts.ts';
import { check } from './bench.ts';
import type { GeneratedHits } from './generated-hits.ts';
import { median, milliseconds, ratio, table } from './results.ts';

const DAY = 86_400_000;
const ROUNDS_OF_HITS = 3;
/** Rows of the answer whose sums are compared, and of those that are timed. */
const MOST_ROWS = 200_000;
const USUAL_ROWS = 100;
/** Maximum share of visits that cross the edge of the period, which the queries over raw hits cut. */
const MOST_CUT = 0.001;
const SITE = 'a.example';
const GOALS: readonly Goal[] = [{ site: SITE, name: 'signup', action: { kind: 'event', event: 'signup' } }];
const STEPS = ['/*', '/docs/*', '/blog/*', '/product/*', '/docs/*'];

interface VisitQuery {
  readonly name: string;
  /** Maximum 95th percentile of answers, in milliseconds. */
  readonly goal: number;
  readonly asked: Partial<Query>;
  /** Index of the metric whose sum over all rows is compared. */
  readonly compared: number;
  /** SQL of the same query over `visits` made from raw hits; the compared metric is the column `compared`. */
  readonly ofHits: string;
}

const WHOLE = 'uniqExact(person) AS visitors, count() AS compared, sum(pageviews) AS pageviews';
const METRICS: Query['metrics'] = ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'];

export const VISIT_QUERIES: readonly VisitQuery[] = [
  { name: 'totals', goal: 100, asked: {}, compared: 1, ofHits: `SELECT ${WHOLE} FROM visits` },
  {
    name: 'by day',
    goal: 100,
    asked: { dimensions: ['time:day'] },
    compared: 1,
    ofHits: `SELECT intDiv(start, ${DAY}) AS day, ${WHOLE} FROM visits GROUP BY day`,
  },
  {
    name: 'totals of one country',
    goal: 300,
    asked: { filters: [['is', 'country', ['DE']]] },
    compared: 1,
    ofHits: `SELECT ${WHOLE} FROM visits WHERE country = 'DE'`,
  },
  {
    name: 'pages of one country',
    goal: 300,
    asked: {
      filters: [['is', 'country', ['DE']]],
      dimensions: ['page'],
      metrics: ['visitors', 'pageviews'],
    },
    compared: 1,
    ofHits: `SELECT path, uniqExact(person) AS visitors, count() AS compared FROM visits ARRAY JOIN paths AS path
WHERE country = 'DE' GROUP BY path`,
  },
  {
    name: 'sources',
    goal: 500,
    asked: { dimensions: ['source'] },
    compared: 1,
    ofHits: `SELECT source, ${WHOLE} FROM visits GROUP BY source`,
  },
  {
    name: 'sources and countries',
    goal: 500,
    asked: { dimensions: ['source', 'country'] },
    compared: 1,
    ofHits: `SELECT source, country, ${WHOLE} FROM visits GROUP BY source, country`,
  },
  {
    name: 'conversion rate by source',
    goal: 500,
    asked: {
      dimensions: ['source'],
      metrics: ['visitors', 'conversions', 'conversion_rate'],
      goal: 'signup',
    },
    compared: 1,
    ofHits: `SELECT source, uniqExact(person) AS visitors, sum(signups) AS compared,
    uniqExactIf(person, signups > 0) AS converters FROM visits GROUP BY source`,
  },
];

/** A funnel over raw hits with ClickHouse's `windowFunnel`, which takes hits with equal times in any order. */
const FUNNEL = `SELECT countIf(depth > 0) FROM (SELECT windowFunnel(${7 * DAY})(toUInt64(toUnixTimestamp64Milli(time)),
${STEPS.map((page) => `startsWith(path, '${page.slice(0, -1)}') AND name = 'pageview'`).join(', ')}) AS depth
FROM hits WHERE site = '${SITE}' AND bot = '' AND time >= fromUnixTimestamp64Milli({{from}}) AND time < fromUnixTimestamp64Milli({{to}})
GROUP BY visitor)`;
const FUNNEL_GOAL = 2000;

interface Measured {
  readonly name: string;
  readonly goal: number;
  readonly p50: number;
  readonly p95: number;
  readonly ofHits: number;
  /** Median milliseconds of processor time, which other programs on the machine affect little. */
  readonly processor: number;
  readonly processorOfHits: number;
}

/** Measures all queries over the last 30 days, each `rounds` times, next to the same over raw hits. */
export async function measureVisitQueries(made: GeneratedHits, rounds: number): Promise<Measured[]> {
  const source = { store: made.store };
  const to = made.end;
  const from = to - 30 * DAY;
  const scope = {
    from,
    to,
    sites: [SITE],
    timezone: 'UTC',
    bots: 'exclude',
    filters: [],
    goals: GOALS,
  } as const;
  const filled = (text: string) => text.replaceAll('{{from}}', String(from)).replaceAll('{{to}}', String(to));
  const visits = filled(readFileSync(new URL('visits-of-hits.sql', import.meta.url), 'utf8'));
  const found: Measured[] = [];
  const measure = async (
    { name, goal }: Pick<VisitQuery, 'name' | 'goal'>,
    run: (rows: number) => Promise<number>,
    ofHits: string,
  ): Promise<void> => {
    const sum = await run(MOST_ROWS);
    const [wanted = 0] = await made.numbers(ofHits);
    const most = Math.ceil(MOST_CUT * wanted);
    check(wanted > 0 && Math.abs(sum - wanted) <= most, `${name}: ${sum}, not ${wanted}`);
    const times = await timed(rounds, () => run(USUAL_ROWS));
    const timesOfHits = await timed(Math.min(rounds, ROUNDS_OF_HITS), () => made.numbers(ofHits));
    const p95 = times.wall.toSorted((a, b) => a - b)[Math.ceil(rounds * 0.95) - 1]!;
    const ofThem = median(timesOfHits.wall);
    found.push({
      ...{ name, goal, p50: median(times.wall), p95, ofHits: ofThem },
      ...{ processor: median(times.processor), processorOfHits: median(timesOfHits.processor) },
    });
    console.error(`query: ${name}: p95 ${milliseconds(p95)}, of hits ${milliseconds(ofThem)}`);
  };
  for (const query of VISIT_QUERIES) {
    const asked: Query = {
      ...{ ...scope, metrics: METRICS, dimensions: [], goal: undefined },
      // As a server finds: all visits are stored, and there are many hits.
      ...{ hasAllVisits: true, estimatesVisitors: true },
      ...query.asked,
    };
    const run = async (limit: number) => {
      const { results } = await answerQuery(
        source,
        asked,
        { limit, offset: 0, totals: false },
        (interval, span) => intervalStarts(interval, span, asked.timezone),
      );
      return results.reduce((all, { metrics }) => all + numberOf(metrics[query.compared]), 0);
    };
    const sums = `SELECT sum(compared), sum(visitors) FROM (WITH visits AS (${visits}) ${query.ofHits})`;
    await measure(query, run, sums);
  }
  const steps = STEPS.map((page) => ({ kind: 'page', page }) as const);
  const funnel = { ...scope, steps, within: { days: 7 }, limit: 100 };
  await measure(
    { name: 'funnel of five pages within 7 days', goal: FUNNEL_GOAL },
    async () => (await answerFunnel(source, funnel)).steps[0]!.visitors,
    filled(FUNNEL),
  );
  return found;
}

/** The section of the report, in Markdown. @param hits number of hits of the site in the 30 days */
export function visitReport(found: readonly Measured[], hits: string): string {
  const rows = found.map((each) => [
    each.name,
    `${each.goal} ms`,
    milliseconds(each.p50),
    milliseconds(each.p95),
    each.p95 < each.goal ? 'met' : '**not met**',
    milliseconds(each.ofHits),
    milliseconds(each.processor),
    milliseconds(each.processorOfHits),
    `${ratio(each.processorOfHits / each.processor)} ×`,
  ]);
  const head = ['query', 'goal: p95', 'p50', 'p95', '', 'of hits', 'processor', 'processor, of hits', 'less'];
  return [
    '## Queries about visits',
    `30 days of the largest site, ${hits} hits, with visits up to date. Each query also runs over raw hits: visits are then split at query time, and the funnel uses \`windowFunnel\`. The sums over all rows are compared first; then the first ${USUAL_ROWS} rows are asked for, with estimated visitors, as servers answer over this many hits. Processor time is that of all cores; other programs on the machine affect it little.`,
    table(head, rows),
  ].join('\n\n');
}

/** Milliseconds of each run: elapsed, and of processor time. */
async function timed(
  rounds: number,
  run: () => Promise<unknown>,
): Promise<Record<'wall' | 'processor', number[]>> {
  const times: Record<'wall' | 'processor', number[]> = { wall: [], processor: [] };
  for (let round = 0; round < rounds; round++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(used);
    times.wall.push(performance.now() - start);
    times.processor.push((user + system) / 1000);
  }
  return times;
}

function numberOf(value: Value | undefined): number {
  return typeof value === 'number' ? value : 0;
}
