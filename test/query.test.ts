/** Queries, goals and parameters over HTTP. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';

const server = await sharedServer();
const SITE = 'query.example';
const GOALS = `/api/v1/sites/${SITE}/goals`;
const AGENT = 'Mozilla/5.0 (Macintosh) Safari/605.1.15';

async function send(...hits: object[]): Promise<void> {
  const { status } = await server.post(
    '/api/v1/hits',
    hits.map((hit) => ({ site: SITE, user_agent: AGENT, ...hit })),
    BEARER,
  );
  assert.equal(status, 202);
}

async function ask(query: object) {
  const answer = await server.post('/api/v1/query', { site: SITE, period: 'all', ...query }, BEARER);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
}

describe('a query', { concurrency: false }, () => {
  it('has the hits that were acknowledged before, by visit', async () => {
    await send(
      ...['/', '/pricing'].map((path, at) => ({ path, visitor: 'a', time: `2026-03-01T10:0${at}:00Z` })),
      { path: '/pricing', name: 'signup', visitor: 'a', time: '2026-03-01T10:05:00Z' },
      { path: '/', visitor: 'b', time: '2026-03-02T09:00:00Z' },
    );
    const created = await server.post(
      GOALS,
      { name: 'signup', action: { kind: 'event', event: 'signup' } },
      BEARER,
    );
    assert.equal(created.status, 201);
    const { results, totals, meta, query } = await ask({
      ...{
        metrics: ['visitors', 'visits', 'bounce_rate', 'visit_duration', 'conversion_rate'],
        dimensions: ['entry_page'],
      },
      ...{ goal: 'signup', include: { totals: true, total_rows: true } },
    });
    assert.deepEqual(results, [{ dimensions: ['/'], metrics: [2, 2, 0.5, 150, 0.5] }]);
    assert.deepEqual(totals, { metrics: [2, 2, 0.5, 150, 0.5] });
    assert.deepEqual(meta, { total_rows: 1 });
    assert.equal(query.period.from, '2026-03-01T10:00:00Z');
    assert.deepEqual([query.site, query.goal, query.bots], [[SITE], 'signup', 'exclude']);
  });

  it('has the same conversion rate in every spelling of a filter by properties', async () => {
    const site = 'rates.example';
    const goal = { name: 'signup', action: { kind: 'event', event: 'signup' } };
    assert.equal((await server.post(`/api/v1/sites/${site}/goals`, goal, BEARER)).status, 201);
    const time = '2026-03-01T10:00:00Z';
    await send(
      ...['free', 'pro', 'team'].map((plan) => ({
        ...{ site, time, visitor: plan, path: '/', name: 'signup', props: { plan } },
      })),
      { site, time, visitor: 'none', path: '/' },
    );
    const is = (...plans: string[]) => ['is', 'prop:plan', plans];
    for (const filter of [
      is('pro', 'team'),
      ['or', [is('pro'), is('team')]],
      ['not', ['is_not', 'prop:plan', ['pro', 'team']]],
      [
        'and',
        [
          ['or', [is('pro'), is('team')]],
          ['is', 'goal', ['signup']],
        ],
      ],
    ]) {
      const { results } = await ask({
        site,
        metrics: ['conversion_rate'],
        goal: 'signup',
        filters: [filter],
      });
      assert.deepEqual(results, [{ dimensions: [], metrics: [0.5] }], JSON.stringify(filter));
    }
    const mixed = ['or', [is('pro'), ['is', 'page', ['/none']]]];
    const { results } = await ask({ site, metrics: ['conversion_rate'], goal: 'signup', filters: [mixed] });
    assert.deepEqual(results, [{ dimensions: [], metrics: [1] }]);
  });

  it('that is not understood is refused, with what was probably meant', async () => {
    const wrong = await server.post('/api/v1/query', { period: 'all', metrics: ['vistors'] }, BEARER);
    assert.equal(
      assertProblem(wrong, 400, 'invalid').detail,
      'metrics[0] "vistors" is unknown: did you mean "visitors"?',
    );
    const unknown = await server.post(
      '/api/v1/query',
      { site: 'none.example', period: 'all', metrics: ['conversions'], goal: 'signup' },
      BEARER,
    );
    assert.equal(
      assertProblem(unknown, 400, 'invalid').detail,
      'goal "signup" is unknown: these sites have no goals',
    );
  });

  it('needs a token that may read', async () => {
    const query = { period: 'all', metrics: ['hits'] };
    assertProblem(await server.post('/api/v1/query', query), 401, 'unauthorized');
    for (const [scope, status] of [
      ['read', 200],
      ['write', 401],
    ] as const) {
      const { text } = await server.post('/api/v1/tokens', { name: scope, scope }, BEARER);
      const headers = { authorization: `Bearer ${JSON.parse(text).token}` };
      assert.equal((await server.post('/api/v1/query', query, headers)).status, status);
      const goal = { name: scope, action: { kind: 'page', page: '/' } };
      assertProblem(await server.post(GOALS, goal, headers), 401, 'unauthorized');
      assert.equal((await server.send(GOALS, { headers })).status, status);
    }
  });
});

describe('a goal', { concurrency: false }, () => {
  it('is created, replaced under another name, and removed', async () => {
    const place = '/api/v1/sites/goals.example/goals';
    const put = (name: string, body: object) =>
      server.send(`${place}/${encodeURIComponent(name)}`, {
        ...{ method: 'PUT', headers: { ...BEARER, 'content-type': 'application/json' } },
        body: JSON.stringify(body),
      });
    const names = async () =>
      (await server.ask<{ goals: { name: string }[] }>(place)).goals.map(({ name }) => name);
    const long = 'Я/'.repeat(50);
    const action = { kind: 'page', page: '/thanks' };
    assert.equal((await put(long, { name: long, action })).status, 200);
    assert.deepEqual(await names(), [long]);
    assert.equal((await put(long, { name: 'thanks', action })).status, 200);
    assert.deepEqual(await names(), ['thanks']);
    assertProblem(await server.post(place, { name: 'thanks', action }, BEARER), 400, 'invalid');
    const gone = await server.send(`${place}/thnaks`, { method: 'DELETE', headers: BEARER });
    assert.match(assertProblem(gone, 404, 'not_found').detail, /did you mean "thanks"/);
    assert.equal((await server.send(`${place}/thanks`, { method: 'DELETE', headers: BEARER })).status, 204);
    assert.deepEqual(await names(), []);
  });
});

describe('a parameter that a route does not read', () => {
  for (const [path, name, meant] of [
    ['stats', 'contry=DE', 'country'],
    ['stats', 'sites=a.com', 'site'],
    ['top', 'by=path&lmit=5', 'limit'],
    ['top', 'ocuntry!=DE', 'country'],
    ['props', 'form=2026-01-01', 'from'],
    ['export', 'fromat=csv', 'format'],
    ['live', 'windwo=5m', 'window'],
  ] as const) {
    it(`is refused, with what was probably meant: ${path}?${name}`, async () => {
      const answer = await server.send(`/api/v1/${path}?${name}`, { headers: BEARER });
      const odd = name.split('&').at(-1)!.split('=')[0];
      assert.match(
        assertProblem(answer, 400, 'invalid').detail,
        new RegExp(`^parameter "${odd}" is unknown: did you mean "${meant}!?"\\?$`),
      );
    });
  }

  it('is refused where there are none', async () => {
    for (const path of ['sites', 'drops', 'storage', 'settings', 'tokens']) {
      const answer = await server.send(`/api/v1/${path}?site=a.com`, { headers: BEARER });
      assertProblem(answer, 400, 'invalid');
    }
  });

  it('is no reason to refuse hits', async () => {
    const hits = [{ site: 'parameters.example', path: '/', visitor: 'a' }];
    const { status, text } = await server.post('/api/v1/hits?x=1', hits, BEARER);
    assert.deepEqual([status, JSON.parse(text).accepted], [202, 1]);
  });

  it('is no fault of pages and scripts', async () => {
    for (const path of [
      '/?utm_source=news',
      '/dashboard?utm_source=news',
      '/script.js?v=2',
      '/docs?x=1',
      '/healthz?x=1',
    ])
      assert.ok(
        (await server.send(path, { headers: BEARER })).status < 400 ||
          path.startsWith('/dash') ||
          path.startsWith('/script'),
      );
  });

  it('still may be a filter by a dimension', async () => {
    assert.equal((await server.send('/api/v1/stats?country=DE&path!=/a', { headers: BEARER })).status, 200);
  });
});
