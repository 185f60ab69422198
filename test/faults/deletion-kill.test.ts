/** A server that is killed while it deletes a site, at a random moment: the site is whole, or gone with all that it had. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SitesAnswer } from '../../src/http/api/sites.ts';
import type { QueryAnswer } from '../../src/query/query-schemas.ts';
import { type AnyServer, BEARER } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { Random } from '../reference/traffic/random.ts';

const [GONE, STAYS] = ['gone.example', 'stays.example'];
const ROUNDS = rounds(30, 3, 6);
const SEED = Number(process.env.HIT_TEST_SEED ?? 11);

async function send(server: AnyServer, site: string, count: number): Promise<void> {
  const hits = Array.from({ length: count }, (_, i) => ({ site, visitor: `${i % 97}`, path: `/${i % 5}` }));
  assert.equal((await server.post('/api/v1/hits', hits, BEARER)).status, 202);
}

/** What each site has: hits and visits, and live hits; and the number of goals. */
async function stateOf(server: AnyServer, site: string) {
  const query = { site, period: 'all', metrics: ['hits', 'visits'] };
  const answer = JSON.parse((await server.post('/api/v1/query', query, BEARER)).text) as QueryAnswer;
  const [hits, visits] = answer.results[0]!.metrics as [number, number];
  const { goals } = await server.ask<{ goals: object[] }>(`/api/v1/sites/${site}/goals`);
  const { sites } = await server.ask<SitesAnswer>('/api/v1/sites');
  return {
    ...{ hits, visits, goals: goals.length, live: (await server.total(site)).hits },
    isListed: sites.some((each) => each.site === site),
  };
}

test('a server that is killed while it deletes a site has it whole or not at all', {
  timeout: scaledTimeout(60_000 * ROUNDS),
}, async (t) => {
  t.diagnostic(`HIT_TEST_SEED=${SEED}`);
  const random = new Random(SEED);
  const folder = join(temporaryFolder(t), 'data');
  let server = await RunningServer.start(folder);
  t.after(() => server[Symbol.asyncDispose]());
  let stays = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const goal = { name: 'page', action: { kind: 'page', page: '/1' } };
    if ((await stateOf(server, GONE)).goals === 0)
      assert.equal((await server.post(`/api/v1/sites/${GONE}/goals`, goal, BEARER)).status, 201);
    await send(server, GONE, 400);
    await send(server, STAYS, 100);
    stays += 100;
    const before = await stateOf(server, GONE);
    const deletion = server.send(`/api/v1/sites/${GONE}`, { method: 'DELETE', headers: BEARER }).then(
      ({ status }) => status,
      () => undefined,
    );
    const wait = random.integer(0, 1200);
    await Promise.race([sleep(wait), deletion]);
    server.child.kill('SIGKILL');
    await once(server.child, 'exit').catch(() => undefined);
    const status = await deletion;
    server = await RunningServer.start(folder);
    const after = await stateOf(server, GONE);
    const isGone = after.hits === 0;
    const message = `round ${round}, killed after ${wait} ms, answer ${status}: ${JSON.stringify(after)}`;
    t.diagnostic(`killed after ${wait} ms: ${isGone ? 'gone' : 'whole'}, ${status ?? 'without an answer'}`);
    assert.ok(status !== 200 || isGone, message);
    const nothing = { hits: 0, visits: 0, goals: 0, live: 0, isListed: false };
    assert.deepEqual(after, isGone ? nothing : before, message);
    const { hits, live } = await stateOf(server, STAYS);
    assert.deepEqual([hits, live], [stays, stays], message);
    const doctor = await run(['doctor', '--data-dir', folder]);
    assert.equal(doctor.code, 0, `${message}\n${doctor.stdout}`);
  }
});
