/** Tokens that are bound to sites: what each route tells their holders, and that none tells of other sites. */

import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, it, test } from 'node:test';
import type { Stats, Top } from '../src/query/answers.ts';
import type { QueryAnswer } from '../src/query/query-schemas.ts';
import { type Answer, type AnyServer, assertProblem, BEARER, TOKEN } from './fixtures/any-server.ts';
import { eventsOf } from './fixtures/live-events.ts';
import { withRoutes } from './fixtures/route-table.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const { server, routes } = await withRoutes(() => sharedServerHere());

const [OWN, SECOND, OTHER] = ['own.example', 'second.example', 'other.example'];
/** Hits of each site; no sum of some is the number of others. */
const HITS = { [OWN]: 3, [SECOND]: 5, [OTHER]: 173 } as Readonly<Record<string, number>>;
/** What only hits and definitions of the other site have: a name, and a year. */
const SECRET = 'zebra';
const SECRET_YEAR = '2011';

function hitsOf(...sites: string[]): number {
  let sum = 0;
  for (const site of sites) sum += HITS[site] ?? 0;
  return sum;
}

/** A token as a header. */
async function tokenFor(
  scope: 'read' | 'write',
  sites: readonly string[],
  on: AnyServer = server,
): Promise<{ id: string; token: string; headers: { authorization: string } }> {
  const answer = await on.post('/api/v1/tokens', { name: 'bound', scope, sites }, BEARER);
  assert.equal(answer.status, 201, answer.text);
  const { id, token } = JSON.parse(answer.text) as { id: string; token: string };
  return { id, token, headers: { authorization: `Bearer ${token}` } };
}

const sent = Object.entries(HITS).flatMap(([site, count]) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ site, visitor: `${i}`, path: site === OTHER ? `/${SECRET}` : '/page' },
    ...(i === 0 && { name: site === OTHER ? `${SECRET} event` : 'event', props: { plan: site } }),
    ...(i === 1 && site === OTHER && { time: `${SECRET_YEAR}-05-05T00:00:00Z` }),
  })),
);
assert.equal((await server.post('/api/v1/hits', sent, BEARER)).status, 202);
for (const site of [OWN, SECOND, OTHER]) {
  const name = site === OTHER ? SECRET : 'plain';
  const action = { kind: 'page', page: site === OTHER ? `/${SECRET}` : '/page' };
  const filters = [['is', 'page', [action.page]]];
  for (const [kind, value] of [
    ['goals', { name, action }],
    ['segments', { name, filters }],
    ['funnels', { name, steps: [name, action] }],
    ['annotations', { name, day: '2026-11-24', text: name }],
  ] as const) {
    const { status, text } = await server.post(`/api/v1/sites/${site}/${kind}`, value, BEARER);
    assert.equal(status, 201, text);
  }
}

const one = await tokenFor('read', [OWN]);
const two = await tokenFor('read', [SECOND, OWN]);
const sender = await tokenFor('write', [OWN]);

/**
 * Statuses of a route for a token of the scope `read` that is bound to a site: with that site, with another one, and with none; and
 * with none for a token that is bound to two sites. Null where a request always, or never, names a site.
 */
type Expected = readonly [
  own: number | null,
  other: number | null,
  none: number | null,
  noneOfTwo: number | null,
];
/** What is about all sites, or for administrators. */
const REFUSED: Expected = [403, 403, 403, 403];
const OF_ONE: Expected = [200, 403, 200, 400];
const OF_SEVERAL: Expected = [200, 403, 200, 200];
const IN_PATH: Expected = [200, 403, null, null];
const REFUSED_IN_PATH: Expected = [403, 403, null, null];
/** What everybody gets, with or without a token. Further parameters change nothing. */
const forEverybody = (status: number): Expected => [status, status, status, status];

const EXPECTED: Readonly<Record<string, Expected>> = {
  'GET /': forEverybody(200),
  'HEAD /': forEverybody(200),
  'GET /favicon.ico': forEverybody(204),
  'HEAD /hit.gif': forEverybody(200),
  'POST /hit': forEverybody(202),
  'OPTIONS /hit': forEverybody(204),
  'POST /api/v1/hits': forEverybody(401),
  'GET /api/v1/live': OF_ONE,
  'GET /api/v1/live/events': OF_ONE,
  'GET /api/v1/stats': OF_ONE,
  'GET /api/v1/top': OF_ONE,
  'GET /api/v1/props': OF_ONE,
  // An answer that is merged with those of other nodes, which were asked the same.
  'GET /api/v1/sketch': [200, 403, 403, 403],
  'POST /api/v1/query': OF_SEVERAL,
  'POST /api/v1/funnel': OF_SEVERAL,
  'POST /api/v1/journeys': OF_SEVERAL,
  'POST /api/v1/retention': OF_SEVERAL,
  // Takes no parameter.
  'GET /api/v1/sites': [400, 400, 200, 200],
  'PUT /api/v1/sites/:site': REFUSED_IN_PATH,
  'DELETE /api/v1/sites/:site': REFUSED_IN_PATH,
  'GET /api/v1/sites/:site/goals': IN_PATH,
  'POST /api/v1/sites/:site/goals': REFUSED_IN_PATH,
  'PUT /api/v1/sites/:site/goals/:name': REFUSED_IN_PATH,
  'DELETE /api/v1/sites/:site/goals/:name': REFUSED_IN_PATH,
  'GET /api/v1/sites/:site/segments': IN_PATH,
  'POST /api/v1/sites/:site/segments': REFUSED_IN_PATH,
  'PUT /api/v1/sites/:site/segments/:name': REFUSED_IN_PATH,
  'DELETE /api/v1/sites/:site/segments/:name': REFUSED_IN_PATH,
  'GET /api/v1/sites/:site/funnels': IN_PATH,
  'POST /api/v1/sites/:site/funnels': REFUSED_IN_PATH,
  'PUT /api/v1/sites/:site/funnels/:name': REFUSED_IN_PATH,
  'DELETE /api/v1/sites/:site/funnels/:name': REFUSED_IN_PATH,
  'GET /api/v1/sites/:site/annotations': IN_PATH,
  'POST /api/v1/sites/:site/annotations': REFUSED_IN_PATH,
  'PUT /api/v1/sites/:site/annotations/:name': REFUSED_IN_PATH,
  'DELETE /api/v1/sites/:site/annotations/:name': REFUSED_IN_PATH,
  'GET /api/v1/drops': REFUSED,
  'GET /api/v1/salts': REFUSED,
  'GET /api/v1/storage': REFUSED,
  'GET /api/v1/export': REFUSED,
  'GET /api/v1/settings': REFUSED,
  'GET /api/v1/sessions': REFUSED,
  'DELETE /api/v1/sessions/:id': REFUSED,
  'GET /api/v1/tokens': REFUSED,
  'POST /api/v1/tokens': REFUSED,
  'DELETE /api/v1/tokens/:id': REFUSED,
  'GET /api/v1/alerts': REFUSED,
  'POST /api/v1/alerts': REFUSED,
  'DELETE /api/v1/alerts/:id': REFUSED,
  'GET /metrics': REFUSED,
  'POST /control/import': REFUSED,
  'POST /control/archive': REFUSED,
  'POST /control/restore': REFUSED,
  'POST /control/purge': REFUSED,
  'GET /control/imported': REFUSED,
  'GET /control/retention': REFUSED,
  'POST /control/retention': REFUSED,
  'POST /control/backup': REFUSED,
  'POST /control/doctor': REFUSED,
  'GET /healthz': forEverybody(200),
  'GET /readyz': forEverybody(200),
  // Takes no parameter.
  'GET /api/v1/session': [400, 400, 200, 200],
  // No session is made from any but the admin token.
  'POST /api/v1/session': [400, 400, 401, 401],
  'DELETE /api/v1/session': [400, 400, 204, 204],
  // None of the sites is public.
  'GET /badge/:site/*': [404, 404, null, null],
  'GET /counter/:site/*': [404, 404, null, null],
  'GET /dashboard': forEverybody(200),
  'GET /dashboard/': forEverybody(200),
  'GET /dashboard/settings': forEverybody(200),
  'GET /dashboard/assets/:file': forEverybody(404),
  'GET /script.js': forEverybody(200),
  'GET /docs': forEverybody(200),
  'GET /openapi.json': forEverybody(200),
};

/** Pages that are missing in a checkout where nothing is built. */
const BUILT = /^GET \/(dashboard|script\.js)/;

/** Bodies without a site. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /hit': { path: '/', site: 'posted.example' },
  'POST /api/v1/hits': [],
  'POST /api/v1/query': { period: 'all', metrics: ['hits'], dimensions: ['site', 'page'] },
  'POST /api/v1/funnel': { period: 'all', steps: ['plain', { kind: 'page', page: '/page' }] },
  'POST /api/v1/journeys': { period: 'all', page: '/page' },
  'POST /api/v1/retention': { period: 'all' },
  'POST /api/v1/session': { token: one.token },
  'POST /api/v1/tokens': { name: 'x', scope: 'read' },
  'POST /api/v1/alerts': { alert: 'hits in 1m > 5' },
};

/** The request to a route that names a site, or none. */
function requestOf(route: string, site: string | undefined) {
  const [method = '', url = ''] = route.split(' ');
  const isInPath = url.includes(':site');
  const isInBody = EXPECTED[route] === OF_SEVERAL;
  const place = url
    .replace(':site', site ?? '')
    .replace(/:(name|id|file)/, 'plain')
    .replace('/*', route.includes('/badge/') ? '/total.svg' : '/total.json');
  const query = site === undefined || isInPath || isInBody ? '' : `?site=${site}`;
  const body = { ...BODIES[route], ...(isInBody && site !== undefined && { site }) };
  const isList = Array.isArray(BODIES[route]);
  const type = url.startsWith('/control/') ? 'application/octet-stream' : 'application/json';
  return {
    path: place + query,
    method,
    ...(['POST', 'PUT'].includes(method) && {
      body: JSON.stringify(isList ? [] : body),
      headers: { 'content-type': type },
    }),
  };
}

/** Sends it. Of an endless answer, only its head is read. */
async function ask(route: string, site: string | undefined, headers: OutgoingHttpHeaders): Promise<Answer> {
  const { path, method, body, headers: own } = requestOf(route, site);
  if (route !== 'GET /api/v1/live/events')
    return server.send(path, {
      method,
      headers: { ...own, ...headers },
      ...(body !== undefined && { body }),
    });
  const url = `http://127.0.0.1:${server.port}${path}`;
  const answer = await fetch(url, { headers: headers as Record<string, string> });
  const reader = answer.body!.getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text };
}

test('an administrator is told what holders of bound tokens must not be', async () => {
  for (const [route, site, secret] of [
    ['GET /api/v1/sites', undefined, OTHER],
    ['GET /api/v1/live', OTHER, `"hits":${HITS[OTHER!]}`],
    ['GET /api/v1/stats', undefined, `${SECRET_YEAR}-`],
    ['GET /api/v1/top', undefined, SECRET],
    ['POST /api/v1/query', undefined, SECRET],
    ['POST /api/v1/query', undefined, `${SECRET_YEAR}-`],
    ['GET /api/v1/sites/:site/goals', OTHER, SECRET],
    ['GET /api/v1/sites/:site/annotations', OTHER, SECRET],
  ] as const) {
    const { text } = await ask(route, site, BEARER);
    assert.ok(text.includes(secret!), `${route}: ${text}`);
  }
});

describe('the table of routes', { timeout: scaledTimeout(120_000) }, () => {
  /** A route for `HEAD` comes with each one for `GET`, and is to be kept as closely. */
  const known = Object.keys(EXPECTED);
  const heads = known
    .filter((route) => route.startsWith('GET '))
    .map((route) => route.replace('GET', 'HEAD'));

  it('is the whole table: a new route states what it tells holders of bound tokens', () => {
    assert.deepEqual([...routes].sort(), [...new Set([...known, ...heads])].sort());
  });

  for (const route of [...known, ...heads.filter((head) => !known.includes(head))]) {
    const expected = EXPECTED[route] ?? EXPECTED[route.replace('HEAD', 'GET')]!;
    const isHead = route.startsWith('HEAD');
    const cases = [
      ['its site', OWN, one.headers, expected[0]],
      ['another site', OTHER, one.headers, expected[1]],
      ['a site of another spelling', 'www.own.example', one.headers, expected[1]],
      ['no site', undefined, one.headers, expected[2]],
      ['no site of two', undefined, two.headers, expected[3]],
    ] as const;
    for (const [what, site, headers, status] of cases) {
      if (status === null) continue;
      it(`answers ${status} to ${route} with a token for reading and ${what}`, async () => {
        const answer = await ask(route, site, headers);
        const isUnbuilt = BUILT.test(route.replace('HEAD', 'GET')) && answer.status === 503;
        assert.ok(answer.status === status || isUnbuilt, `${answer.status}: ${answer.text}`);
        assert.doesNotMatch(answer.text, new RegExp(`${SECRET}|${SECRET_YEAR}-|"hits":${HITS[OTHER]}\\b`));
        if (site !== OTHER) assert.ok(!answer.text.includes(OTHER!), answer.text);
        if (status !== 403) return;
        if (isHead) return;
        const { detail } = assertProblem(answer, 403, 'forbidden');
        assert.match(detail, /^the token is bound to (second\.example, )?own\.example: /);
        if (expected !== REFUSED && expected !== REFUSED_IN_PATH && site !== undefined)
          assert.ok(detail.includes(site), detail);
      });
    }
    if (expected[0] === 200 && expected[1] === 403) {
      it(`lets no cache keep the answer to ${route}`, async () => {
        assert.equal((await ask(route, OWN, one.headers)).headers['cache-control'], 'no-store');
      });
    }
    // Open ones are answered as without a token.
    const isOpen = expected[1] !== 403 && !['GET /api/v1/sites', 'HEAD /api/v1/sites'].includes(route);
    if (isOpen) continue;
    it(`refuses ${route} to a token for sending hits`, async () => {
      for (const site of [OWN, OTHER, ...(route.includes(':site') ? [] : [undefined])]) {
        const { status, text } = await ask(route, site, sender.headers);
        assert.ok(status === 401 || status === 403, `${status}: ${text}`);
      }
    });
  }
});

/** JSON of an answer that must be 200. */
async function told<Result>(answer: Promise<Answer>): Promise<Result> {
  const { status, text } = await answer;
  assert.equal(status, 200, text);
  return JSON.parse(text) as Result;
}

describe('a token for reading', () => {
  const get = (path: string, { headers } = one) => server.send(path, { headers });
  const query = (members: object, { headers } = one) =>
    server.post('/api/v1/query', { period: 'all', metrics: ['hits'], ...members }, headers);
  const rowsOf = async (members: object, token = one) =>
    (await told<QueryAnswer>(query(members, token))).results;

  it('gets the counts of its only site where it names none', async () => {
    for (const given of ['', '?site=', '?site=%20', `?site=${OWN}`]) {
      const live = await told<{ site: string; total: { hits: number } }>(get(`/api/v1/live${given}`));
      assert.deepEqual([live.site, live.total.hits], [OWN, hitsOf(OWN!)], given);
      const stats = await told<Stats>(get(`/api/v1/stats${given}`));
      assert.deepEqual([stats.site, stats.totals.hits], [OWN, hitsOf(OWN!)], given);
    }
    const top = await told<Top>(get('/api/v1/top'));
    assert.equal(
      top.rows.reduce((sum, { hits }) => sum + hits, 0),
      hitsOf(OWN!),
    );
    const { props } = await told<{ props: object[] }>(get('/api/v1/props'));
    assert.deepEqual(props, [{ key: 'plan', hits: 1 }]);
  });

  it('is to name one of several', async () => {
    const { detail } = assertProblem(await get('/api/v1/stats', two), 400, 'invalid');
    assert.match(detail, /second\.example, own\.example: set site/);
    for (const site of [OWN, SECOND]) {
      const { totals } = await told<Stats>(get(`/api/v1/stats?site=${site}`, two));
      assert.equal(totals.hits, hitsOf(site!));
    }
  });

  it('gets a sum of exactly its sites from a query that names none', async () => {
    for (const site of [{}, { site: null }, { site: [SECOND, OWN, OWN] }]) {
      const answer = await told<QueryAnswer>(query({ dimensions: ['site'], ...site }, two));
      const counts = new Map(answer.results.map((row) => [row.dimensions[0], row.metrics[0]]));
      assert.deepEqual(counts, new Map([SECOND, OWN].map((each) => [each, hitsOf(each!)])));
      assert.deepEqual(answer.query.site, [SECOND, OWN]);
      const [total] = await rowsOf(site, two);
      assert.deepEqual(total!.metrics, [hitsOf(OWN!, SECOND!)]);
    }
  });

  it('may spell the name of its site as everybody may', async () => {
    for (const name of ['OWN.Example', 'own.example.', 'own.example:443', ' own.example ', '%6Fwn.example']) {
      const path = `/api/v1/stats?site=${name.includes('%') ? name : encodeURIComponent(name)}`;
      assert.equal((await told<Stats>(get(path))).totals.hits, hitsOf(OWN!), name);
      if (name.includes('%')) continue;
      assert.deepEqual((await rowsOf({ site: [name] }))[0]!.metrics, [hitsOf(OWN!)], name);
    }
  });

  it('is told which site of a list it may not read', async () => {
    for (const site of [OTHER, [OTHER], [OWN, OTHER], [OTHER, OWN, OTHER], [OWN, 'Other.EXAMPLE.']]) {
      const { detail } = assertProblem(await query({ site }), 403, 'forbidden');
      assert.equal(detail, 'the token is bound to own.example: it does not permit other.example');
    }
    for (const name of ['OTHER.example', 'other.example.', '%6Fther.example', 'other.example:80'])
      assertProblem(await get(`/api/v1/stats?site=${name}`), 403, 'forbidden');
  });

  it('finds no way around it in how the site is given', async () => {
    for (const given of [
      `site=${OWN}&site=${OTHER}`,
      `site=${OTHER}&site=${OWN}`,
      `site=&site=${OTHER}`,
      `site[]=${OTHER}`,
      `Site=${OTHER}`,
      `site=${OWN},${OTHER}`,
      `site=${OWN}%00${OTHER}`,
    ]) {
      for (const path of ['/api/v1/live', '/api/v1/stats', '/api/v1/top'])
        assertProblem(await get(`${path}?${given}`), 400, 'invalid');
      assert.notEqual((await get(`/api/v1/sketch?${given}`)).status, 200, given);
    }
    for (const site of [[], '', 7, {}, [[OTHER]], [7], [null], { 0: OTHER }, false])
      assertProblem(await query({ site }), 400, 'invalid');
    for (const body of ['[]', '"x"', 'null', '7', `[{"site":"${OTHER}"}]`])
      assertProblem(await server.post('/api/v1/query', body, one.headers), 400, 'invalid');
    const twice = `{"site":"${OWN}","period":"all","metrics":["hits"],"site":"${OTHER}"}`;
    assertProblem(await server.post('/api/v1/query', twice, one.headers), 403, 'forbidden');
    const proto = `{"__proto__":{"site":"${OTHER}"},"period":"all","metrics":["hits"]}`;
    assertProblem(await server.post('/api/v1/query', proto, one.headers), 400, 'invalid');
    assertProblem(await server.post(`/api/v1/query?site=${OTHER}`, {}, one.headers), 400, 'invalid');
    for (const site of [
      '%6Fther.example',
      'other.example.',
      'OTHER.example',
      'own.example%2F..%2Fother.example',
    ])
      assert.notEqual((await get(`/api/v1/sites/${site}/goals`)).status, 200, site);
  });

  it('learns nothing from filters, comparisons, goals and suggestions', async () => {
    assert.deepEqual(await rowsOf({ dimensions: ['page'], filters: [['is', 'site', [OTHER]]] }), []);
    assert.deepEqual(await rowsOf({ dimensions: ['page'], filters: [['matches', 'site', ['*ther*']]] }), []);
    const secret = ['is', 'page', [`/${SECRET}`]];
    const [done] = await rowsOf({ metrics: ['visitors'], filters: [['has_done', secret]] });
    assert.deepEqual(done!.metrics, [0]);
    const [notDone] = await rowsOf({ metrics: ['visitors'], filters: [['has_not_done', secret]] });
    assert.deepEqual(notDone!.metrics, [hitsOf(OWN!)]);
    const { totals } = await told<QueryAnswer>(
      query({ include: { comparison: { from: '2020-01-01', to: '2030-01-01' }, totals: true } }),
    );
    assert.deepEqual(totals!.comparison!.metrics, [hitsOf(OWN!)]);
    for (const members of [
      { goal: 'zebr' },
      { goal: SECRET },
      { filters: [['is', 'goal', ['zebr']]] },
      { site: [OWN], goal: 'zebr' },
    ]) {
      const { detail } = assertProblem(await query(members), 400, 'invalid');
      assert.doesNotMatch(
        detail.replace(/^\S+ "zebra?"/, '').replace(/\[0\] "zebra?"/, ''),
        /secret/,
        detail,
      );
    }
    const funnel = { period: 'all', funnel: SECRET };
    assertProblem(await server.post('/api/v1/funnel', funnel, one.headers), 400, 'invalid');
    assertProblem(
      await server.post('/api/v1/funnel', { ...funnel, site: OTHER }, one.headers),
      403,
      'forbidden',
    );
  });

  it('lists its sites, and whether they are public', async () => {
    const list = async (token: typeof one) => {
      const { sites } = await told<{ sites: { site: string; hits: number; visitors: number }[] }>(
        get('/api/v1/sites', token),
      );
      return sites.map(({ site, hits, visitors }) => [site, hits, visitors]);
    };
    const line = (site: string) => [site, hitsOf(site), hitsOf(site)];
    assert.deepEqual(await list(one), [line(OWN!)]);
    assert.deepEqual(await list(two), [line(SECOND!), line(OWN!)]);
    assert.deepEqual(await list(await tokenFor('read', ['new.example'])), []);
  });

  it('shares no answer with others who ask the same at the same time', async () => {
    const path = '/api/v1/live/events?window=1h';
    const sites = [undefined, one.headers, (await tokenFor('read', [SECOND!])).headers].map(
      async (headers) => {
        const events = eventsOf(server.port, path, headers);
        const seen = [await events.next(), await events.next(), await events.next()];
        await events.return(undefined);
        return seen.map(({ value }) => value?.site);
      },
    );
    const triple = (site: string | null | undefined) => [site, site, site];
    assert.deepEqual(await Promise.all(sites), [triple(null), triple(OWN), triple(SECOND)]);
  });

  it('ends a stream when it is revoked', async () => {
    const { id, headers } = await tokenFor('read', [OWN!]);
    const events = eventsOf(server.port, '/api/v1/live/events', headers);
    assert.equal((await events.next()).value!.site, OWN);
    await server.send(`/api/v1/tokens/${id}`, { method: 'DELETE', headers: BEARER });
    while (!(await events.next()).done);
    assertProblem(await server.send('/api/v1/live', { headers }), 401, 'unauthorized');
  });

  it('signs no browser in', async () => {
    const answer = await server.send(`/dashboard?token=${one.token}`);
    assert.equal(answer.headers['set-cookie'], undefined);
    const session = await server.post('/api/v1/session', { token: one.token });
    assertProblem(session, 401, 'unauthorized');
    assert.equal(session.headers['set-cookie'], undefined);
    const may = await told(get('/api/v1/session'));
    assert.deepEqual(may, { reader: true, admin: false, public: false });
  });

  it('stays bound beside the cookie of an administrator', async () => {
    const signedIn = await server.post('/api/v1/session', { token: TOKEN });
    const cookie = signedIn.headers['set-cookie']![0]!.split(';')[0]!;
    const headers = { ...one.headers, cookie };
    assertProblem(await server.send(`/api/v1/stats?site=${OTHER}`, { headers }), 403, 'forbidden');
    assertProblem(await server.send('/api/v1/settings', { headers }), 403, 'forbidden');
  });
});

describe('a token for sending hits', () => {
  interface Result {
    readonly accepted: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly errors: readonly { index: number; error: string; code?: string }[];
  }
  const send = async (hits: unknown, type = 'application/json'): Promise<Result> => {
    const { status, text } = await server.post('/api/v1/hits', hits, {
      ...sender.headers,
      'content-type': type,
    });
    assert.equal(status, 202, text);
    return JSON.parse(text) as Result;
  };

  it('sends those of its sites only: others are errors by their index', async () => {
    const before = await server.total(OWN!);
    const hits = [
      { site: OWN, path: '/' },
      { site: OTHER, path: '/' },
      { site: 'OWN.example.:8080', path: '/' },
      { url: 'https://www.own.example/a' },
      { url: 'https://own.example/a' },
      { site: OTHER, url: 'https://own.example/a' },
      { site: OWN, url: 'https://other.example/a' },
      { path: '/' },
      { site: 'a b', path: '/' },
    ].map((hit, i) => ({ ...hit, visitor: `sent ${i}` }));
    const results = [
      await send(hits),
      await send(hits.map((hit) => JSON.stringify(hit)).join('\n'), 'application/x-ndjson'),
    ];
    for (const { accepted, dropped, errors } of results) {
      assert.deepEqual([accepted, dropped], [4, { site_not_allowed: 3, invalid: 2 }]);
      const refused = errors.filter(({ code }) => code !== undefined);
      assert.deepEqual(
        refused.map(({ index, code, error }) => [index, code, error]),
        [
          [1, OTHER],
          [3, 'www.own.example'],
          [5, OTHER],
        ].map(([index, site]) => [
          index,
          'forbidden',
          `the token is bound to own.example: it does not permit ${site}`,
        ]),
      );
      assert.deepEqual(
        errors.filter(({ code }) => code === undefined).map(({ index }) => index),
        [7, 8],
      );
    }
    assert.equal((await server.total(OWN!)).hits, before.hits + 2 * 4);
    assert.equal((await server.total(OTHER!)).hits, HITS[OTHER!]);
    assert.equal((await server.total('www.own.example')).hits, 0);
  });

  it('learns how many were refused, of which twenty are listed', async () => {
    const { accepted, dropped, errors } = await send(
      Array.from({ length: 150 }, () => ({ site: OTHER, path: '/' })),
    );
    assert.deepEqual([accepted, dropped, errors.length], [0, { site_not_allowed: 150 }, 20]);
  });

  it('adds those of other sites to the drops, but no signals, which are no hits', async () => {
    const drops = async () => {
      const answer = await told<{ drops: { reason: string; hits: number }[] }>(
        server.send('/api/v1/drops', { headers: BEARER }),
      );
      return answer.drops.find(({ reason }) => reason === 'site_not_allowed')!.hits;
    };
    const before = await drops();
    const hit = { site: OTHER, path: '/' };
    await send([hit, hit, { ...hit, name: 'engagement', engaged: 5000 }]);
    assert.equal(await drops(), before + 2);
  });
});

describe('making a bound token', () => {
  const make = (members: object) =>
    server.post('/api/v1/tokens', { name: 'x', scope: 'read', ...members }, BEARER);

  it('lists it with its sites', async () => {
    const { text } = await make({ sites: ['A.example.', 'a.example', 'b.example:80'] });
    const { token: _, ...made } = JSON.parse(text) as { id: string; token: string };
    const { tokens } = await server.ask<{ tokens: { id: string; sites: unknown }[] }>('/api/v1/tokens');
    const listed = tokens.find(({ id }) => id === made.id);
    assert.deepEqual(listed, made);
    assert.deepEqual(listed?.sites, ['a.example', 'b.example']);
    for (const sites of [{}, { sites: null }])
      assert.equal((JSON.parse((await make(sites)).text) as { sites: unknown }).sites, null);
  });

  it('refuses what would make one of all sites by mistake', async () => {
    for (const sites of [
      [],
      [''],
      [null],
      [['a.example']],
      'a.example',
      {},
      true,
      ['*'],
      ['a.example', 'b c'],
    ])
      assertProblem(await make({ sites }), 400, 'invalid');
    assertProblem(
      await make({ sites: Array.from({ length: 101 }, (_, i) => `${i}.example`) }),
      400,
      'invalid',
    );
    for (const name of ['site', 'Sites', 'domains']) {
      const { detail } = assertProblem(await make({ [name]: [OWN] }), 400, 'invalid');
      assert.match(detail, new RegExp(`member "${name}" is unknown`));
    }
  });
});

test('a bound token stays bound on a server whose counts are public, and among peers', async (t) => {
  const others = `http://127.0.0.1:${server.port}`;
  const flags = ['--tracker', 'simple,rate', '--public', '--peers', others];
  await using open = await ServerHere.start(t, temporaryFolder(t), ...flags);
  const { headers } = await tokenFor('read', [OWN!], open);
  for (const site of [OWN, OTHER]) await open.send(`/hit.gif?site=${site}&path=/`);
  const { site, total } = await told<{ site: string; total: { hits: number } }>(
    open.send('/api/v1/live', { headers }),
  );
  assert.deepEqual([site, total.hits], [OWN, 1]);
  assertProblem(await open.send(`/api/v1/live?site=${OTHER}`, { headers }), 403, 'forbidden');
  assertProblem(await open.send('/metrics', { headers }), 403, 'forbidden');
  const everybody = await told<{ site: null; total: { hits: number } }>(
    open.send('/api/v1/live?peers=false'),
  );
  assert.deepEqual([everybody.site, everybody.total.hits], [null, 2]);
});

test('a bound token stays bound with collector threads', { timeout: scaledTimeout(60_000) }, async (t) => {
  await using threads = await RunningServer.start(
    temporaryFolder(t),
    ...['--threads', '2', '--tracker', 'simple,rate'],
  );
  const [read, write] = [await tokenFor('read', [OWN!], threads), await tokenFor('write', [OWN!], threads)];
  const hits = [OWN, OTHER].map((site) => ({ site, path: '/' }));
  const { status, text } = await threads.post('/api/v1/hits', hits, write.headers);
  assert.equal(status, 202);
  const { accepted, errors } = JSON.parse(text) as {
    accepted: number;
    errors: { index: number; code: string }[];
  };
  assert.deepEqual([accepted, errors.map(({ index, code }) => [index, code])], [1, [[1, 'forbidden']]]);
  assertProblem(
    await threads.send(`/api/v1/live?site=${OTHER}`, { headers: read.headers }),
    403,
    'forbidden',
  );
  const live = await told<{ site: string; total: { hits: number } }>(
    threads.send('/api/v1/live', { headers: read.headers }),
  );
  assert.deepEqual([live.site, live.total.hits], [OWN, 1]);
});
