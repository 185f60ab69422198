import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { COMMANDS } from '../src/commands/commands.ts';
import type { Count, Stats } from '../src/index.ts';
import type { Setting } from '../src/settings/setting.ts';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { ServerHere } from './fixtures/server-here.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a server that is public', () => {
  it('answers everyone, and accepts batches only with the token', async (t) => {
    await using server = await ServerHere.start(
      t,
      join(folder, 'public'),
      '--public',
      '--tracker',
      'simple,rate',
    );
    assert.equal((await server.send('/api/v1/live')).status, 200);
    assert.equal((await server.send('/metrics')).status, 200);
    assertProblem(await server.post('/api/v1/hits', []), 401, 'unauthorized');
  });
});

describe('the selected trackers', () => {
  it('simple alone has totals, and no windows or periods', async (t) => {
    await using server = await ServerHere.start(t, join(folder, 'simple'), '--tracker', 'simple');
    assert.match(
      (await server.send('/', { headers: { host: 'a.example' } })).text,
      /^1 unique hits from total 1 hits/,
    );
    const live = await server.ask<{ windows: object[] }>('/api/v1/live?site=a.example');
    assert.deepEqual(live.windows, []);
    assert.deepEqual(await server.total('a.example'), { hits: 1, visitors: 1 });
    for (const path of ['/api/v1/live?window=60s', '/api/v1/stats', '/api/v1/top?by=path', '/api/v1/sites']) {
      assertProblem(await server.send(path, { headers: BEARER }), 404, 'not_found');
    }
    assert.equal((await server.send('/readyz')).status, 200);
    assert.equal((await server.send('/metrics', { headers: BEARER })).status, 200);
  });

  it('rate alone has windows, and no periods', async (t) => {
    await using server = await ServerHere.start(t, join(folder, 'rate'), '--tracker', 'rate');
    await server.send('/hit.gif?site=a.example');
    const { windows } = await server.ask<{ windows: Count[] }>('/api/v1/live?site=a.example&window=60s');
    assert.equal(windows[0]!.hits, 1);
    assert.equal(windows[0]!.visitors, 1);
    assertProblem(await server.send('/api/v1/stats', { headers: BEARER }), 404, 'not_found');
  });

  it('db alone has periods, and no live counts', async (t) => {
    await using server = await ServerHere.start(t, join(folder, 'db'), '--tracker', 'db');
    const answer = await server.send('/', { headers: { host: 'a.example' } });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /^Your hit is counted\./);
    assert.deepEqual((await server.ask<Stats>('/api/v1/stats?site=a.example')).totals, {
      hits: 1,
      visitors: 1,
    });
    const live = await server.send('/api/v1/live', { headers: BEARER });
    assertProblem(live, 404, 'not_found');
    assert.match(live.text, /--tracker/);
    assert.equal(server.stdout, '');
  });
});

describe('the settings for collecting', () => {
  it('cookieless: no cookie is set, and an earlier cookie is ignored', async (t) => {
    await using server = await ServerHere.start(
      t,
      ...[join(folder, 'cookieless'), '--identity', 'cookieless', '--tracker', 'simple'],
    );
    const answer = await server.send('/', { headers: { host: 'a.example' } });
    assert.equal(answer.headers['set-cookie'], undefined);
    const again = await server.send('/', { headers: { host: 'a.example', cookie: 'hit=0.0' } });
    assert.match(again.text, /^1 unique hits from total 2 hits/);
  });

  it('a list of sites: others are dropped with the reason', async (t) => {
    await using server = await ServerHere.start(
      t,
      ...[join(folder, 'sites'), '--sites', 'a.example,b.example', '--tracker', 'simple'],
    );
    assert.equal((await server.send('/hit.gif?site=A.example:443')).status, 200);
    const answer = await server.send('/hit.gif?site=c.example');
    assertProblem(answer, 400, 'invalid');
    assert.equal(answer.headers['x-hit-dropped'], 'site_not_allowed');
    assert.equal(await server.dropped('site_not_allowed'), 1);
  });

  it('a maximum of sites: the next one is dropped with the reason', async (t) => {
    await using server = await ServerHere.start(
      t,
      ...[join(folder, 'max'), '--max-sites', '2', '--tracker', 'simple'],
    );
    for (const site of ['a.example', 'b.example', 'a.example']) {
      assert.equal((await server.send(`/hit.gif?site=${site}`)).status, 200);
    }
    const answer = await server.send('/hit.gif?site=c.example');
    assertProblem(answer, 400, 'invalid');
    assert.equal(answer.headers['x-hit-dropped'], 'too_many_sites');
  });

  it('no trusted proxy: a forwarded address is ignored', async (t) => {
    await using server = await ServerHere.start(
      t,
      ...[join(folder, 'trust'), '--trust-proxy', 'none', '--tracker', 'simple'],
    );
    const visit = (client: string) =>
      server.send('/', { headers: { host: 'a.example', 'x-forwarded-for': client } });
    await visit('192.0.2.1');
    assert.match((await visit('192.0.2.2')).text, /^1 unique hits from total 2 hits/);
  });
});

test('a file can give each setting of any command that is a secret or an address with a password', async () => {
  let seen = 0;
  for (const [command, entry] of Object.entries(COMMANDS)) {
    const { settings } = await entry.load();
    for (const [name, { value, help, isSecret = false }] of Object.entries<Setting<unknown>>(settings)) {
      const holdsSecret =
        /^(?:TOKEN|SECRET|KEY)$/.test(value) || /\b(?:redis|kafka|clickhouse):\/\//.test(help);
      assert.ok(isSecret || !holdsSecret, `${command} --${name}`);
      if (isSecret) seen++;
    }
  }
  assert.ok(seen > 20);
});
