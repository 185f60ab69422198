/** Whatever is queried, the answer is an answer, or says what is wrong with the query: it is never a fault of the server. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { DIMENSIONS } from '../../src/clickhouse/dimension.ts';
import { METRICS } from '../../src/query/engine/query.ts';
import { FILTER_DIMENSIONS, TIME_DIMENSIONS } from '../../src/query/language/vocabulary.ts';
import { type Answer, BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { randomHalves } from '../fixtures/random.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { sharedServerHere } from '../fixtures/shared-server.ts';

const QUERIES = rounds(30_000, 300, 1500);
const SITES = ['a.example', 'b.example', 'nobody.example', 'no host', ''];
const TIMES = [
  '2026-11-01',
  '2026-11-30T12:00:00Z',
  '1970-01-01',
  '2299-12-31',
  '0',
  '-1',
  '9'.repeat(30),
  'now',
  '',
];
const TEXTS = [
  '/',
  '/a*b',
  '*',
  '\\',
  "'",
  '"',
  '%',
  '{x:String}',
  '漢',
  '👩',
  'null',
  '[]',
  '-0',
  '1e999',
  'a'.repeat(3000),
];
const ZONES = ['UTC', 'Europe/Berlin', 'Pacific/Apia', 'SystemV/HST10', 'Moon/Base'];
const INTERVALS = ['minute', 'hour', 'day', 'week', 'month', 'century'];
const ODD: readonly unknown[] = [null, true, -1, 1e308, {}, [], [[]], 'x', { toString: 1 }];
const server = await sharedServerHere();
const next = randomHalves(30_000);

function one<Item>(items: readonly Item[]): Item {
  return items[next() % items.length]!;
}

function some<Item>(most: number, draw: () => Item): Item[] {
  return Array.from({ length: next() % (most + 1) }, draw);
}

/** One in `n` times. */
function rarely(n: number): boolean {
  return next() % n === 0;
}

function textFilter(): string {
  return `${one(DIMENSIONS)}${one(['=', '!=', '~', '!~', '=='])}${some(3, () => one(TEXTS)).join('|')}`;
}

function shortQuery(): string {
  const route = one(['stats', 'top', 'props', 'live', 'sites', 'drops', 'export']);
  const parameters = new URLSearchParams();
  const values: Readonly<Record<string, () => string>> = {
    site: () => one(SITES),
    from: () => one(TIMES),
    to: () => one(TIMES),
    interval: () => one(INTERVALS),
    timezone: () => one(ZONES),
    by: () => one([...DIMENSIONS, 'entry', 'exit', 'prop:plan', 'prop:', 'visitors']),
    filter: textFilter,
    limit: () => one(['1', '100', '0', '-1', '1e9', 'all']),
    bots: () => one(['exclude', 'include', 'only', 'maybe']),
    metrics: () => some(4, () => one([...METRICS, 'x'])).join(),
    compare: () => one(['previous', 'year', 'never']),
    status: () => one(['2xx', '2xx,404', '9xx', '']),
    window: () => one(['60s', '30d', '17s,5m', '400d', '0s', '1y']),
    format: () => one(['csv', 'ndjson', 'parquet', 'xml']),
  };
  for (const name of some(6, () => one(Object.keys(values)))) parameters.append(name, values[name]!());
  return `/api/v1/${route}?${parameters}`;
}

function filter(depth = 0): unknown {
  if (rarely(15)) return one(ODD);
  if (depth < 3 && rarely(3))
    return one([
      () => [one(['and', 'or']), some(3, () => filter(depth + 1))],
      () => [one(['not', 'has_done', 'has_not_done']), filter(depth + 1)],
    ])();
  if (rarely(4))
    return [
      one(['greater', 'at_least', 'less', 'at_most']),
      one(['value', 'visit_duration', 'prop:x']),
      [one([0, 1, -1, 1e308])],
    ];
  const operator = one(['is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not', 'equals']);
  return [operator, one([...FILTER_DIMENSIONS, 'prop:plan']), some(3, () => one(TEXTS))];
}

function scope(): Record<string, unknown> {
  const body: Record<string, unknown> = {
    site: one<unknown>([...SITES, ['a.example', 'b.example'], []]),
    period: one<unknown>(['today', '7d', '30d', '12mo', 'all', 'soon', { from: one(TIMES), to: one(TIMES) }]),
    timezone: one(ZONES),
    filters: some(3, () => filter()),
  };
  for (const name of Object.keys(body)) if (rarely(4)) delete body[name];
  return body;
}

function longQuery(): { path: string; body: object } {
  const body = scope();
  const step = () =>
    one<unknown>([{ kind: 'page', page: one(TEXTS) }, { kind: 'event', event: one(TEXTS) }, 'goal', null]);
  const bodies: Readonly<Record<string, () => object>> = {
    query: () => ({
      metrics: some(4, () => one([...METRICS, 'sum:prop:x', 'p95:prop:x', 'y'])),
      dimensions: some(3, () => one([...FILTER_DIMENSIONS, ...TIME_DIMENSIONS, 'prop:plan'])),
      ...(rarely(2) && { order_by: [[one(METRICS), one(['asc', 'desc', 'up'])]] }),
      ...(rarely(3) && { limit: one([0, 1, 10, 1e9, -1]), offset: one([0, 5, -1]) }),
      ...(rarely(3) && {
        include: { comparison: one(['previous_period', 'x']), totals: true, total_rows: true },
      }),
    }),
    funnel: () => ({ steps: some(4, step), order: one(['any', 'strict', 'x']) }),
    journeys: () => ({ page: one(TEXTS), steps: one([1, 5, 100]) }),
    retention: () => ({ interval: one(INTERVALS), goal: one(['x', null]) }),
  };
  const route = one(Object.keys(bodies));
  const asked: Record<string, unknown> = { ...body, ...bodies[route]!() };
  if (rarely(8)) asked[one(Object.keys(asked).concat('typo'))] = one(ODD);
  return { path: `/api/v1/${route}`, body: asked };
}

before(async () => {
  const hits = Array.from({ length: 500 }, (_, i) => ({
    ...{ site: SITES[i % 2], path: one(TEXTS), visitor: `v${i % 40}`, user_agent: FIREFOX },
    ...{ time: new Date(Date.now() - i * 3_600_000).toISOString(), name: i % 7 === 0 ? 'buy' : '' },
    ...(i % 7 === 0 && { props: { plan: one(TEXTS), x: i }, value: i }),
  }));
  const { text } = await server.post('/api/v1/hits', hits, BEARER);
  assert.equal(JSON.parse(text).accepted, 500, text);
});

test(`${QUERIES} random queries get no answer 5xx`, { timeout: scaledTimeout(1_200_000) }, async () => {
  const statuses: Record<number, number> = {};
  for (let at = 0; at < QUERIES; at++) {
    let asked = '';
    let answer: Answer;
    if (rarely(2)) {
      asked = shortQuery();
      answer = await server.send(asked, { headers: BEARER });
    } else {
      const { path, body } = longQuery();
      asked = `${path} ${JSON.stringify(body)}`;
      answer = await server.post(path, body, BEARER);
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    assert.ok(answer.status < 500, `${asked.slice(0, 2000)}\n${answer.status} ${answer.text.slice(0, 500)}`);
  }
  assert.ok((statuses[200] ?? 0) > QUERIES / 20, JSON.stringify(statuses));
  assert.ok((statuses[400] ?? 0) > QUERIES / 20, JSON.stringify(statuses));
});
