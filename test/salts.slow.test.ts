/** Servers that get their salts from one of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertProblem, BEARER, FIREFOX } from './fixtures/any-server.ts';
import { ClickHouseFront } from './fixtures/clickhouse-front.ts';
import { assertFailed, run } from './fixtures/command-line.ts';
import { MovedClock } from './fixtures/moved-clock.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { snapshotOf, urlOf } from './fixtures/twins.ts';

interface Ready {
  readonly salts: Readonly<Record<string, string>>;
  readonly problems?: readonly { readonly code: string; readonly message: string }[];
}

const readinessOf = async (server: RunningServer): Promise<Ready> =>
  JSON.parse((await server.send('/readyz', { headers: BEARER })).text) as Ready;

describe('servers with --salts-from', { timeout: scaledTimeout(60_000) }, () => {
  it('identify visitors alike, and report that their salts are shared', async (t) => {
    const folder = temporaryFolder(t);
    const common = ['--tracker', 'simple,rate'];
    await using first = await RunningServer.start(join(folder, 'first'), ...common);
    const args = ['--secrets', join(folder, 'first', 'secrets.json'), '--salts-from', urlOf(first)];
    await using second = await RunningServer.start(
      join(folder, 'second'),
      ...common,
      ...args,
      '--threads',
      '2',
    );
    await using stranger = await RunningServer.start(join(folder, 'third'), ...common, ...args.slice(0, 2));
    const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '198.51.100.7' };
    for (const server of [first, second, stranger]) await server.send('/hit.gif?site=a.example', { headers });
    const snapshots = await Promise.all([first, second, stranger].map((server) => snapshotOf(server)));
    const [own, same, other] = snapshots.map(({ keys }) => keys);
    assert.deepEqual(same, own);
    // Before midnight, a server has the salt of the next day too, which names nobody yet.
    const day = Object.keys(own!).find((name) => /^\d{4}-/.test(name))!;
    assert.ok(day in (await readinessOf(second)).salts);
    assert.notEqual(other![day], own![day]);

    const { salts, problems } = await readinessOf(second);
    assert.deepEqual(new Set(Object.values(salts)), new Set(['shared']));
    assert.equal(problems, undefined);
    assert.deepEqual(new Set(Object.values((await readinessOf(first)).salts)), new Set(['own']));
    interface Settings {
      readonly salts: { day: string; origin: string; fingerprint: string }[];
    }
    const [ours, theirs] = await Promise.all(
      [first, second].map((server) => server.ask<Settings>('/api/v1/settings')),
    );
    assert.deepEqual(
      ours!.salts.map(({ day, fingerprint }) => [day, fingerprint]),
      theirs!.salts.map(({ day, fingerprint }) => [day, fingerprint]),
    );
  });

  it('count with their own salt if that node is unavailable, and report it', async (t) => {
    const data = join(temporaryFolder(t), 'data');
    await using server = await RunningServer.start(
      data,
      '--tracker',
      'simple',
      '--salts-from',
      'http://127.0.0.1:1',
    );
    assert.equal((await server.send('/')).status, 200);
    const ready = await server.send('/readyz', { headers: BEARER });
    assert.equal(ready.status, 200);
    const { salts, problems } = JSON.parse(ready.text) as Ready;
    assert.deepEqual(Object.values(salts), ['own']);
    assert.match(
      problems!.map(({ message }) => message).join('\n'),
      /is its own, and not the one of http:\/\/127\.0\.0\.1:1: .*\n.*ECONNREFUSED/,
    );
    const metrics = await server.send('/metrics', { headers: BEARER });
    assert.match(metrics.text, /^hit_tracker_salt_problems 2$/m);
    assert.match(server.stderr, /salts: http:\/\/127\.0\.0\.1:1 is unavailable/);
  });

  it('serve their salts only with the admin token, even if reading is public', async (t) => {
    await using server = await RunningServer.start(
      join(temporaryFolder(t), 'data'),
      '--public',
      '--tracker',
      'simple',
    );
    assertProblem(await server.send('/api/v1/salts'), 401, 'unauthorized');
    const { text } = await server.post('/api/v1/tokens', { name: 'reader', scope: 'read' }, BEARER);
    const { token } = JSON.parse(text) as { token: string };
    const authorization = `Bearer ${token}`;
    assertProblem(await server.send('/api/v1/salts', { headers: { authorization } }), 401, 'unauthorized');
    assert.equal((await server.send('/api/v1/salts', { headers: BEARER })).status, 200);
  });

  it('do not start if salts would cross the internet unencrypted', async (t) => {
    const args = [
      '--data-dir',
      join(temporaryFolder(t), 'data'),
      '--port',
      '0',
      '--salts-from',
      'http://8.8.8.8:5000',
    ];
    assertFailed(await run(['serve', ...args]), 2, /8\.8\.8\.8 is a public address.*use https/);
  });
});

describe('servers that share a ClickHouse server', { timeout: scaledTimeout(120_000) }, () => {
  it('identify visitors alike, and continue each other’s visits across midnight', async (t) => {
    const folder = temporaryFolder(t);
    const front = await ClickHouseFront.start();
    t.after(() => front.close());
    using clock = new MovedClock(join(folder, 'clock'), '2098-11-24T23:50Z');
    const args = ['--store', front.url, '--tracker', 'simple,rate,db', '--identity', 'cookieless'];
    const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '198.51.100.7' };
    const view = (server: RunningServer) => server.send('/hit.gif?site=a.example', { headers });
    const visitors = async (server: RunningServer) => {
      const period = 'from=2098-11-20&to=2098-12-01&interval=day';
      const { totals } = await server.ask<{ totals: { visitors: number } }>(`/api/v1/stats?${period}`);
      return totals.visitors;
    };
    await using first = await RunningServer.start(join(folder, 'first'), ...args);
    await view(first);
    assert.equal(await visitors(first), 1);
    const shared = ['--secrets', join(folder, 'first', 'secrets.json')];
    await using second = await RunningServer.start(join(folder, 'second'), ...args, ...shared);
    await view(second);
    assert.equal(await visitors(second), 1, 'on the same day');
    // The salt of the next day settles.
    for (const server of [first, second]) {
      while ((await readinessOf(server)).salts['2098-11-25'] !== 'shared') await sleep(50);
    }
    clock.moveTo('2098-11-25T00:01Z');
    await view(second);
    assert.equal(await visitors(second), 1, 'over midnight');
    const anew = { ...headers, 'x-forwarded-for': '198.51.100.8' };
    for (const server of [first, second]) {
      await server.send('/hit.gif?site=a.example', { headers: anew });
      assert.equal(await visitors(server), 2, 'on the next day');
      assert.equal((await readinessOf(server)).problems, undefined);
    }
  });
});
