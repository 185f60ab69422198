/** Funnels, journeys and retention over HTTP, compared with a plain recount of the hits that were sent. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { QueryAnswer } from '../src/query/query-schemas.ts';
import type { FunnelResult, JourneysResult, RetentionResult } from '../src/query/visit-schemas.ts';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { sharedServer } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { Random } from './reference/traffic/random.ts';
import { reference } from './reference/visits/reference.ts';
import { visitHit } from './reference/visits/visit-hit.ts';

const server = await sharedServer();
const SITE = 'visits.example';
const OTHER = 'other.example';
const MINUTE = 60_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const AGENT = 'Mozilla/5.0 (Macintosh) Safari/605.1.15';
const PERIOD = { from: '2026-03-01', to: '2026-03-29' };

/** Sixty visitors of four weeks, who view pages and now and then sign up. */
const random = new Random(8);
const HITS = Array.from({ length: 60 }, (_, visitor) =>
  Array.from({ length: random.integer(1, 6) }, () => {
    const start = START + random.integer(0, 27 * 24 * 60 - 60) * MINUTE;
    return Array.from({ length: random.integer(1, 5) }, (_, at) => ({
      ...{ site: random.chance(0.9) ? SITE : OTHER, visitor, time: start + at * MINUTE },
      path: random.pick(['/', '/pricing', '/docs/a', '/docs/b']),
      name: random.chance(0.2) ? 'signup' : 'pageview',
    }));
  }).flat(),
).flat();
const recount = reference(
  HITS.map(({ visitor, ...hit }) => visitHit({ ...hit, visitorLow: visitor })),
  { goals: { [SITE]: [{ name: 'signup', action: { kind: 'event', event: 'signup' } }] } },
);

async function ask<Answer>(route: string, query: object): Promise<Answer> {
  const { status, text } = await server.post(`/api/v1/${route}`, query, BEARER);
  assert.equal(status, 200, text);
  return JSON.parse(text) as Answer;
}

async function keep(kind: string, value: object): Promise<void> {
  const { status, text } = await server.post(`/api/v1/sites/${SITE}/${kind}`, value, BEARER);
  assert.equal(status, 201, text);
}

before(async () => {
  const sent = HITS.map(({ visitor, time, ...hit }) => ({
    ...{ ...hit, visitor: `v${visitor}`, user_agent: AGENT },
    time: new Date(time).toISOString(),
  }));
  const { status, text } = await server.post('/api/v1/hits', sent, BEARER);
  assert.equal(status, 202, text);
  assert.deepEqual(JSON.parse(text), { accepted: HITS.length, dropped: {}, errors: [] });
  await keep('goals', { name: 'signup', action: { kind: 'event', event: 'signup' } });
});

it('queries take a stored segment, whose filters apply besides their own', async () => {
  const filters = [['is', 'entry_page', ['/', '/pricing']]] as const;
  await keep('segments', { name: 'from outside', filters });
  const metrics = ['visits', 'visitors', 'hits'] as const;
  const own = [['is_not', 'entry_page', ['/pricing']]] as const;
  const query = { site: SITE, period: PERIOD, metrics, filters: own } as const;
  const answer = await ask<QueryAnswer>('query', { ...query, segment: 'from outside' });
  const expected = recount.query({ ...query, filters: [...own, ...filters] });
  assert.deepEqual(answer.results, expected.results);
  assert.deepEqual(answer.query.filters, [...own, ...filters]);
  const { site, period } = query;
  for (const [route, query] of Object.entries({
    funnel: { site, period, steps: STEPS },
    journeys: { site, period, page: '/', direction: 'after' },
    retention: { site, period, interval: 'week', identity: 'cookie' },
  }))
    assert.deepEqual(
      await ask(route, { ...query, segment: 'from outside' }),
      await ask(route, { ...query, filters }),
      route,
    );
  const unknown = await server.post('/api/v1/query', { ...query, segment: 'outside' }, BEARER);
  assert.match(assertProblem(unknown, 400, 'invalid').detail, /^segment "outside" is unknown: /);
});

const STEPS = [{ kind: 'page', page: '/' }, { any: ['signup', { kind: 'page', page: '/docs/*' }] }] as const;

describe('a funnel', { concurrency: false }, () => {
  for (const [within, days] of [
    ['visit', 'visit'],
    ['7d', { days: 7 }],
    [{ days: 1 }, { days: 1 }],
  ] as const)
    it(`counts the visitors of each step, within ${JSON.stringify(within)}`, async () => {
      const query = { site: SITE, period: PERIOD, steps: STEPS, by: 'entry_page' } as const;
      const answer = await ask<FunnelResult>('funnel', { ...query, within });
      const expected = recount.funnel({ ...query, within: days });
      assert.equal(answer.visitors, expected.visitors);
      const counts = (steps: readonly { visitors: number | null; drop_off: number | null }[]) =>
        steps.map(({ visitors, drop_off }) => [visitors, drop_off]);
      assert.deepEqual(counts(answer.steps), counts(expected.steps));
      assert.deepEqual(
        answer.rows!.map(({ value, steps }) => [value, counts(steps)]),
        expected.rows!.map(({ value, steps }) => [value, counts(steps)]),
      );
      const [first, second] = answer.steps.map(({ visitors }) => visitors!);
      assert.ok(first! > second! && second! > 0);
      const { step_conversion_rate: rate, conversion_rate: ofFirst, drop_off_rate: lost } = answer.steps[1]!;
      assert.equal(rate, Math.round((10_000 * second!) / first!) / 10_000);
      assert.equal(ofFirst, rate);
      assert.ok(Math.abs(rate! + lost! - 1) < 1e-4);
      assert.deepEqual(answer.query.within, days);
      assert.deepEqual(answer.meta, {});
    });

  it('that is stored is found by its name, and follows its changes', async () => {
    await keep('funnels', { name: 'sign up', steps: STEPS, within: '7d' });
    const query = { site: SITE, period: PERIOD } as const;
    const stored = await ask<FunnelResult>('funnel', { ...query, funnel: 'sign up' });
    assert.deepEqual(stored, await ask('funnel', { ...query, steps: STEPS, within: '7d' }));
    const place = `/api/v1/sites/${SITE}/funnels/sign%20up`;
    const changed = await server.send(place, {
      ...{ method: 'PUT', headers: { ...BEARER, 'content-type': 'application/json' } },
      body: JSON.stringify({ name: 'sign up', steps: [STEPS[0], 'signup'], within: 'visit' }),
    });
    assert.equal(changed.status, 200, changed.text);
    const now = await ask<FunnelResult>('funnel', { ...query, funnel: 'sign up' });
    const expected = recount.funnel({ ...query, steps: [STEPS[0], 'signup'], within: 'visit' });
    assert.deepEqual(
      now.steps.map(({ visitors }) => visitors),
      expected.steps.map(({ visitors }) => visitors),
    );
    const unknown = await server.post('/api/v1/funnel', { ...query, funnel: 'singup' }, BEARER);
    assert.match(
      assertProblem(unknown, 400, 'invalid').detail,
      /^funnel "singup" is unknown: did you mean "sign up"\?$/,
    );
  });
});

describe('journeys', () => {
  it('have the pages before and after a page', async () => {
    const query = { site: SITE, period: PERIOD, page: '/docs/*', steps: 2, limit: 3 };
    const answer = await ask<JourneysResult>('journeys', query);
    for (const direction of ['before', 'after'] as const) {
      const { visits, visitors, paths } = recount.journey({ ...query, direction });
      assert.deepEqual([answer.visits, answer.visitors, answer[direction]], [visits, visitors, paths]);
      assert.ok(paths.some(({ pages }) => pages.length === 2));
    }
    const { before, after } = await ask<JourneysResult>('journeys', { ...query, direction: 'before' });
    assert.deepEqual([before, after], [answer.before, undefined]);
  });
});

describe('retention', () => {
  it('has cohorts and their returns', async () => {
    for (const interval of ['day', 'week', 'month'] as const) {
      const query = { site: [SITE, OTHER], period: PERIOD, interval };
      const answer = await ask<RetentionResult>('retention', query);
      assert.deepEqual(answer.cohorts, recount.retention(query).cohorts);
      assert.equal(answer.query.identity, 'cookie');
    }
    const { cohorts } = await ask<RetentionResult>('retention', { site: SITE, period: PERIOD });
    assert.ok(cohorts.some(({ returned }) => returned.slice(1).some((count) => count! > 0)));
  });

  it('has no returns without cookies, which a server knows by its settings, and says why', async (t) => {
    const query = { site: SITE, period: PERIOD };
    const other = await ServerHere.start(t, join(temporaryFolder(t), 'data'), '--identity', 'cookieless');
    const { status, text } = await other.post('/api/v1/retention', query, BEARER);
    assert.equal(status, 200, text);
    const asked = { ...query, identity: 'cookieless' };
    for (const answer of [JSON.parse(text), await ask<RetentionResult>('retention', asked)]) {
      const { cohorts, meta, query: understood }: RetentionResult = answer;
      assert.equal(understood.identity, 'cookieless');
      assert.ok(cohorts.every(({ returned }) => returned.slice(1).every((count) => count === null)));
      assert.match(meta.notes![0]!.detail, /^Without cookies, a visitor has a new ID each day/);
    }
  });
});

describe('a query about visits', () => {
  const QUERIES = {
    funnel: { period: 'all', steps: [STEPS[0], STEPS[0]] },
    journeys: { period: 'all', page: '/' },
    retention: { period: '7d' },
  };

  for (const [route, wrong, meant] of [
    ['funnel', { within: 'vist' }, 'within "vist" is unknown: did you mean "visit"?'],
    ['journeys', { direction: 'befor' }, 'direction "befor" is unknown: did you mean "before"?'],
    ['retention', { interval: 'mnoth' }, 'interval "mnoth" is unknown: did you mean "month"?'],
  ] as const)
    it(`that is not understood is refused, with what was probably meant: ${route}`, async () => {
      const answer = await server.post(`/api/v1/${route}`, { ...QUERIES[route], ...wrong }, BEARER);
      assert.equal(assertProblem(answer, 400, 'invalid').detail, meant);
      for (const body of ['[]', '1', 'null', '{"period":"all"', '"x"'])
        assertProblem(await server.post(`/api/v1/${route}`, body, BEARER), 400, 'invalid');
      const huge = JSON.stringify({ ...QUERIES[route], site: 'x'.repeat(70_000) });
      assert.equal((await server.post(`/api/v1/${route}`, huge, BEARER)).status, 413);
    });

  it('needs a token that may read', async () => {
    for (const [scope, status] of [
      ['read', 200],
      ['write', 401],
    ] as const) {
      const { text } = await server.post('/api/v1/tokens', { name: scope, scope }, BEARER);
      const headers = { authorization: `Bearer ${JSON.parse(text).token}` };
      for (const [route, query] of Object.entries(QUERIES)) {
        assert.equal((await server.post(`/api/v1/${route}`, query, headers)).status, status, route);
        assertProblem(await server.post(`/api/v1/${route}`, query), 401, 'unauthorized');
      }
    }
  });
});
