import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { goals, storedHits } from '../../../test/fixtures/stored-traffic.ts';
import { Calendar } from '../../../test/reference/calendar.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { SITES } from '../../../test/reference/traffic/values.ts';
import type { Query as AskedQuery, Filter, Metric } from '../../../test/reference/visits/query.ts';
import { type VisitHit, visitHit } from '../../../test/reference/visits/visit-hit.ts';
import { answerQuery } from './answer.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const FROM = Date.UTC(2026, 9, 30);
const TO = FROM + 2 * DAY;
const METRICS: readonly Metric[] = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'hits',
  'bounce_rate',
  'percentage',
];
const VISITORS = 120;

/** Hits around the edges of a period and of its days, some of them to the millisecond, in order of time. */
function hitsAtEdges(random: Random): VisitHit[] {
  const hits = Array.from({ length: VISITORS }, (_, visitor) => {
    const edge = random.pick([FROM, FROM + DAY, TO]);
    const offsets = Array.from({ length: random.integer(1, 5) }, () =>
      random.chance(0.3) ? random.integer(-1, 1) : random.integer(-40, 40) * MINUTE,
    );
    // Some visitors have another visit well inside, and some have the same ID as on other sites, or as bots.
    if (random.chance(0.4)) offsets.push(6 * 60 * MINUTE);
    const shared = {
      site: random.pick(SITES),
      bot: random.chance(0.2) ? 'Googlebot' : '',
      visitorLow: visitor % 50,
    };
    return offsets.map((offset) => {
      const isSignal = random.chance(0.25);
      return visitHit({
        ...shared,
        time: edge + offset,
        source: random.pick(['', 'google.com', 'letter', 't.co']),
        clickId: random.pick(['', '', 'gclid']),
        path: random.pick(['/', '/pricing', '/blog/a']),
        ...(random.chance(0.2) && {
          name: 'signup',
          value: '2.5',
          currency: 'EUR',
          props: '{"plan":"pro","seats":3}',
        }),
        ...(isSignal && { name: 'engagement', engaged: 1000, scroll: random.pick([null, 60, 90]) }),
      });
    });
  });
  return hits.flat().sort((a, b) => a.time - b.time);
}

const GOOGLE: Filter = ['is', 'source', ['Google']];
const QUERIES: readonly Pick<AskedQuery, 'metrics' | 'dimensions' | 'filters' | 'goal' | 'bots'>[] = [
  { metrics: METRICS },
  { metrics: METRICS, bots: 'include' },
  { metrics: METRICS, bots: 'only', dimensions: ['source'] },
  { metrics: METRICS, dimensions: ['source'] },
  { metrics: METRICS, dimensions: ['channel', 'source'] },
  { metrics: METRICS, dimensions: ['site', 'entry_page'] },
  { metrics: METRICS, dimensions: ['time:day'] },
  { metrics: METRICS, dimensions: ['time:hour', 'source'] },
  { metrics: METRICS, filters: [GOOGLE] },
  { metrics: METRICS, filters: [['not', GOOGLE]], dimensions: ['time:day'] },
  { metrics: METRICS, filters: [GOOGLE], dimensions: ['page'] },
  { metrics: ['visits', 'scroll_depth', 'time_on_page'], dimensions: ['source'] },
  { metrics: ['pageviews'], filters: [['contains', 'channel', ['Search']]], dimensions: ['source'] },
  { metrics: ['visits', 'conversions', 'conversion_rate'], dimensions: ['source'] },
  { metrics: ['conversion_rate', 'revenue'], goal: 'signup', dimensions: ['source', 'time:day'] },
  { metrics: ['revenue', 'average_revenue', 'sum:prop:seats'], dimensions: ['channel'] },
  { metrics: METRICS, filters: [['is', 'event', ['signup']]], dimensions: ['source'] },
  { metrics: METRICS, filters: [['is', 'page', ['/pricing']]], dimensions: ['source'] },
  { metrics: METRICS, filters: [['is', 'page', ['/pricing']], GOOGLE], dimensions: ['time:day'] },
  { metrics: METRICS, filters: [['is', 'goal', ['signup', 'blog']]], dimensions: ['source'] },
  { metrics: METRICS, filters: [['has_done', ['is', 'event', ['signup']]]], dimensions: ['source'] },
];

describe('sums over whole visits and their hits', () => {
  for (let seed = 1; seed <= rounds(10, 1); seed++) {
    test(`are those of a plain recount at the edges of a period, with seed ${seed}`, async (t) => {
      const random = new Random(seed);
      const hits = hitsAtEdges(random);
      // Later batches may have earlier hits, which extend visits, join two, or become their first hit.
      const batches = [0, 1, 2, 3].map(() => [] as VisitHit[]);
      for (const hit of hits) random.pick(batches).push(hit);
      const { store, recount, understood } = await storedHits(t, batches, TO + DAY);
      for (const asked of QUERIES) {
        const site = random.pick([undefined, SITES[0], [SITES[0], SITES[1]]]);
        const query: AskedQuery = {
          ...asked,
          ...(site !== undefined && { site }),
          period: { from: new Date(FROM).toISOString(), to: new Date(TO).toISOString() },
        };
        const expected = recount.query(query).results;
        for (const hasAllVisits of [false, true]) {
          const { metrics, dimensions = [], goal } = query;
          const { results } = await answerQuery(
            { store },
            // Estimates of few visitors are exact.
            {
              ...understood(query),
              metrics,
              dimensions,
              goal,
              goals,
              hasAllVisits,
              estimatesVisitors: hasAllVisits,
            },
            { limit: 10_000, offset: 0, totals: false },
            (interval, { from, to }) => new Calendar('UTC').startsIn(interval, from, to),
          );
          assert.deepEqual(results, expected, JSON.stringify({ ...query, hasAllVisits }));
        }
      }
    });
  }
});
