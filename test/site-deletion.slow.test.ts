/** A site that is deleted over HTTP: what is gone, what stays, and what comes afterwards. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordBegin } from '../src/deletion/deletion.ts';
import { Tokens } from '../src/folder/tokens.ts';
import type { SitesAnswer } from '../src/http/api/sites.ts';
import type { QueryAnswer } from '../src/query/query-schemas.ts';
import { Resources } from '../src/query/resources/resources.ts';
import { AlertRules } from '../src/schedule/alert-rules.ts';
import { DBTracker } from '../src/trackers/db.ts';
import { type AnyServer, assertProblem, BEARER } from './fixtures/any-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const [GONE, STAYS, THIRD] = ['gone.example', 'stays.example', 'third.example'] as const;
const JSON_TYPE = { 'content-type': 'application/json' };

/** Hits of some visitors, each of whom views two pages. */
function hitsOf(site: string, visitors: number, from = 0): object[] {
  return Array.from({ length: visitors * 2 }, (_, i) => ({
    ...{ site, visitor: `visitor ${from + Math.floor(i / 2)}`, path: `/${i % 2}` },
  }));
}

async function send(server: AnyServer, hits: readonly object[]): Promise<void> {
  assert.equal((await server.post('/api/v1/hits', hits, BEARER)).status, 202);
}

interface LiveAnswer {
  readonly total: { readonly hits: number; readonly visitors: number };
  readonly windows: readonly { readonly hits: number; readonly visitors: number }[];
}

/** All-time hits and visitors, and the hits of the last hour, whose visitors are an estimate of the same. */
async function liveOf(server: AnyServer, site?: string): Promise<number[]> {
  const which = site === undefined ? '' : `&site=${site}`;
  const { total, windows } = await server.ask<LiveAnswer>(`/api/v1/live?window=1h${which}`);
  const estimated = windows[0]!.visitors;
  assert.ok(Math.abs(estimated - total.visitors) <= 3, `${estimated} of ${total.visitors} visitors`);
  return [total.hits, total.visitors, windows[0]!.hits];
}

async function visitsOf(server: AnyServer): Promise<unknown> {
  const query = { period: 'all', metrics: ['visits', 'pageviews', 'visitors'], dimensions: ['site'] };
  const { text } = await server.post('/api/v1/query', { ...query, order_by: [['site', 'asc']] }, BEARER);
  return (JSON.parse(text) as QueryAnswer).results.map(({ dimensions, metrics }) => [
    ...dimensions,
    ...metrics,
  ]);
}

const namesOf = async (server: AnyServer) =>
  (await server.ask<SitesAnswer>('/api/v1/sites')).sites.map(({ site }) => site).sort();

const alertsOf = async (server: AnyServer) =>
  (await server.ask<{ alerts: { alert: string }[] }>('/api/v1/alerts')).alerts.map(({ alert }) => alert);

const remove = (server: AnyServer, site: string, headers: object = BEARER) =>
  server.send(`/api/v1/sites/${site}`, { method: 'DELETE', headers: { ...headers, ...JSON_TYPE } });

async function tokenFor(server: AnyServer, sites: readonly string[] | null): Promise<string> {
  const { text } = await server.post('/api/v1/tokens', { name: 'reports', scope: 'read', sites }, BEARER);
  return (JSON.parse(text) as { token: string }).token;
}

test('a deleted site is gone with all that it has, and comes back as a new one', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  let server = await ServerHere.start(t, folder);
  await send(server, [...hitsOf(GONE, 30), ...hitsOf(STAYS, 20), ...hitsOf(THIRD, 10)]);
  for (const site of [GONE, STAYS]) {
    const goal = { name: 'page', action: { kind: 'page', page: '/1' } };
    assert.equal((await server.post(`/api/v1/sites/${site}/goals`, goal, BEARER)).status, 201);
    const isPublic = { method: 'PUT', headers: { ...BEARER, ...JSON_TYPE }, body: '{"public":true}' };
    assert.equal((await server.send(`/api/v1/sites/${site}`, isPublic)).status, 200);
    const alert = { alert: `hits in 1h < 10 site ${site}` };
    assert.equal((await server.post('/api/v1/alerts', alert, BEARER)).status, 201);
  }
  const [own, shared, reader] = [
    await tokenFor(server, [GONE]),
    await tokenFor(server, [GONE, STAYS]),
    await tokenFor(server, null),
  ];
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  assertProblem(await remove(server, GONE, bearer(own)), 403, 'forbidden');
  assertProblem(await remove(server, GONE, bearer(reader)), 401, 'unauthorized');
  assertProblem(await remove(server, GONE, {}), 401, 'unauthorized');
  const missing = assertProblem(await remove(server, 'gone.exmaple'), 404, 'not_found');
  assert.equal(missing.detail, `there is no site gone.exmaple (did you mean "${GONE}"?)`);
  assert.deepEqual(await liveOf(server), [120, 60, 120]);

  const deleted = await remove(server, GONE);
  assert.equal(deleted.status, 200, deleted.text);
  assert.deepEqual(JSON.parse(deleted.text), { site: GONE, hits: 60, visits: 30 });
  assert.deepEqual(await namesOf(server), [STAYS, THIRD]);
  assert.deepEqual(await visitsOf(server), [
    [STAYS, 20, 40, 20],
    [THIRD, 10, 20, 10],
  ]);
  assert.deepEqual(await liveOf(server, GONE), [0, 0, 0]);
  assert.deepEqual(await liveOf(server, STAYS), [40, 20, 40]);
  assert.deepEqual(await liveOf(server), [60, 30, 60]);
  assert.deepEqual(await server.ask(`/api/v1/sites/${GONE}/goals`), { goals: [] });
  assert.equal((await server.ask<{ goals: object[] }>(`/api/v1/sites/${STAYS}/goals`)).goals.length, 1);
  assert.deepEqual(await alertsOf(server), [`hits in 1h < 10 site ${STAYS}`]);
  assert.equal((await server.send('/api/v1/stats', { headers: bearer(own) })).status, 401);
  assert.equal((await server.send('/api/v1/stats', { headers: bearer(shared) })).status, 200);
  const other = await server.send(`/api/v1/stats?site=${GONE}`, { headers: bearer(shared) });
  assertProblem(other, 403, 'forbidden');
  assert.equal((await server.send(`/counter/${GONE}/total.json`)).status, 404);
  assertProblem(await remove(server, GONE), 404, 'not_found');

  // The same visitors as before, and one more.
  await send(server, hitsOf(GONE, 31));
  const afterwards = async () => {
    assert.deepEqual(await visitsOf(server), [
      [GONE, 31, 62, 31],
      [STAYS, 20, 40, 20],
      [THIRD, 10, 20, 10],
    ]);
    assert.deepEqual(await liveOf(server, GONE), [62, 31, 62]);
    assert.deepEqual(await liveOf(server), [122, 61, 122]);
  };
  await afterwards();
  await server[Symbol.asyncDispose]();
  server = await ServerHere.start(t, folder);
  await afterwards();
});

test('a deletion that was interrupted is completed before a server reads what the site has', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  {
    await using db = await DBTracker.open({ dataDir: folder });
    await db.track({ site: GONE, visitor: 'somebody' });
    await db.spool.flush();
    const watermarks = await db.rollups.removable();
    await recordBegin(db.store, { site: GONE, requested: Date.now(), watermarks });
  }
  const { token } = new Tokens(folder, Date.now).create('reports', 'read', [GONE]);
  const goal = { name: 'page', action: { kind: 'page', page: '/' } };
  new Resources(folder).create('goals', GONE, goal);
  new AlertRules(folder, []).add(`hits in 1h < 10 site ${GONE}`);
  const server = await ServerHere.start(t, folder);
  assert.deepEqual(await server.ask(`/api/v1/sites/${GONE}/goals`), { goals: [] });
  assert.deepEqual(await alertsOf(server), []);
  const headers = { authorization: `Bearer ${token}` };
  assertProblem(await server.send(`/api/v1/live?site=${GONE}`, { headers }), 401, 'unauthorized');
});
