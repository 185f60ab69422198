/** Made-up hosts do not use up the sites: whoever sends them, a real site gets its place. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyServer, assertProblem, BEARER } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const MAX_SITES = 100;
const FLAGS = ['--max-sites', String(MAX_SITES), '--rate-limit', '50/s', '--tracker', 'simple,rate'];
const ATTACKER = '203.0.113.66';

function hit(server: AnyServer, host: string, address: string) {
  return server.send('/', { headers: { host, 'x-forwarded-for': address } });
}

/** Sends hits with a different host each. @returns how many got each status */
async function makeUp(server: AnyServer, count: number): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  const answers = Array.from({ length: count }, (_, i) => hit(server, `made-up-${i}.example`, ATTACKER));
  for (const { status } of await Promise.all(answers)) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

const server = await ServerHere.start(file, temporaryFolder(file), ...FLAGS);
// Until they have all places.
while ((await makeUp(server, 200))[400] === undefined);

test('a hit that is refused takes no place', async (t) => {
  const flags = ['--max-sites', '600', '--rate-limit', '100/h', '--tracker', 'simple'];
  const roomy = await ServerHere.start(t, temporaryFolder(t), ...flags);
  const statuses = await makeUp(roomy, 1000);
  assert.ok((statuses[429] ?? 0) > 900, JSON.stringify(statuses));
  assert.deepEqual(Object.keys(statuses).sort(), ['200', '429']);
  assert.equal((await hit(roomy, 'real.example', '198.51.100.1')).status, 200);
});

test('a real site gets a place as soon as clients of several networks visit it', async () => {
  const statuses = [];
  for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.1'])
    statuses.push((await hit(server, 'real.example', address)).status);
  assert.deepEqual(statuses, [400, 400, 200, 200]);
  assert.equal((await server.total('real.example')).hits, 2);
});

test('a site that is defined or that a token sends gets a place at once', async () => {
  const { detail } = assertProblem(await hit(server, 'shop.example', '198.51.100.1'), 400, 'invalid');
  assert.match(detail, /--max-sites.*3 networks.*token/);
  const goal = { name: 'signup', action: { kind: 'event', event: 'signup' } };
  assert.equal((await server.post('/api/v1/sites/shop.example/goals', goal, BEARER)).status, 201);
  assert.equal((await hit(server, 'shop.example', '198.51.100.1')).status, 200);
  const sent = await server.post('/api/v1/hits', [{ site: 'api.example', path: '/' }], BEARER);
  assert.deepEqual(JSON.parse(sent.text).accepted, 1);
  assert.equal((await hit(server, 'api.example', '198.51.100.1')).status, 200);
});

test('after a restart, sites that several visitors came to are claimed, and acknowledged hits are kept', async (t) => {
  await server[Symbol.asyncDispose]();
  const folder = temporaryFolder(t);
  const flags = ['--max-sites', '3', '--rate-limit', 'off'];
  let node = await ServerHere.start(t, folder, ...flags);
  for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3'])
    assert.equal((await hit(node, 'real.example', address)).status, 200);
  for (const host of ['one.example', 'two.example'])
    assert.equal((await hit(node, host, ATTACKER)).status, 200);
  assert.equal((await hit(node, 'three.example', ATTACKER)).status, 400);
  await node[Symbol.asyncDispose]();
  node = await ServerHere.start(t, folder, ...flags);
  for (const host of ['late.example', 'later.example'])
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) await hit(node, host, address);
  const admitted = [];
  for (const host of ['real.example', 'late.example', 'later.example', 'one.example', 'two.example'])
    admitted.push((await hit(node, host, '198.51.100.9')).status);
  assert.deepEqual(admitted, [200, 200, 200, 400, 400]);
  const { sites } = await node.ask<{ sites: { site: string; hits: number }[] }>('/api/v1/sites');
  const hits = Object.fromEntries(sites.map(({ site, hits: each }) => [site, each]));
  assert.deepEqual(hits, {
    ...{ 'real.example': 4, 'late.example': 2, 'later.example': 2, 'one.example': 1, 'two.example': 1 },
  });
});
