/** Live counts in a real Redis: standalone, as a cluster, and while it is down. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveAnswer } from '../../src/http/live-answer.ts';
import { RedisLive } from '../../src/live/redis/redis.ts';
import { redisAddress } from '../../src/settings/redis-address.ts';
import { countedHit, liveContract } from '../contracts/live.ts';
import { BEARER, cookieOf, FIREFOX } from '../fixtures/any-server.ts';
import { REDIS_MISSING, RedisCluster, RedisServer, redisProgram } from '../fixtures/redis-server.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const LOG_ERROR = 0.0081;
const skip = redisProgram() === undefined ? REDIS_MISSING : false;

/** `Live`s of one test file; each call of `open` begins with an empty Redis. */
class Lives implements AsyncDisposable {
  readonly #open: RedisLive[] = [];
  readonly log: string[] = [];

  live(url: string, now: () => number = Date.now): RedisLive {
    const say = (message: string) => this.log.push(message);
    const live = new RedisLive({
      address: redisAddress(url, '--live'),
      ...{ rate: true, expectedVisitors: 100_000, now, log: { info: say, warn: say } },
    });
    this.#open.push(live);
    return live;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const live of this.#open.splice(0)) await live[Symbol.asyncDispose]();
  }
}

describe('one Redis', { skip, timeout: scaledTimeout(120_000) }, () => {
  let redis: RedisServer;
  const lives = new Lives();
  before(async () => {
    redis = await RedisServer.start();
  });
  after(async () => {
    await lives[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
  const open = async ({ now }: { now: () => number }) => {
    await redis.ask('FLUSHALL');
    return lives.live(redis.url, now);
  };

  liveContract('Redis', open, { totalError: LOG_ERROR });

  it('counts a visitor of two nodes once', async () => {
    await redis.ask('FLUSHALL');
    const [here, there] = [lives.live(redis.url), lives.live(redis.url)];
    const now = Date.now();
    assert.deepEqual(await here.track(countedHit('a.com', 1, now)), { isNew: true, unique: 1, total: 1 });
    assert.deepEqual(await there.track(countedHit('a.com', 1, now)), { isNew: false, unique: 1, total: 2 });
    assert.deepEqual(await there.track(countedHit('a.com', 2, now)), { isNew: true, unique: 2, total: 3 });
    for (const live of [here, there]) {
      const { total, windows, staleSince } = await live.read('a.com', [60, 86_400]);
      assert.deepEqual(total, { hits: 3, visitors: 2 });
      assert.deepEqual(
        windows.map(({ hits, visitors }) => [hits, visitors]),
        [
          [3, 2],
          [3, 2],
        ],
      );
      assert.equal(staleSince, undefined);
    }
  });

  it('sends hits that arrive together in one call per site', async () => {
    await redis.ask('FLUSHALL');
    const live = lives.live(redis.url);
    const now = Date.now();
    await live.track(countedHit('a.com', 0, now));
    const before = live.remote.calls;
    await Promise.all(Array.from({ length: 500 }, (_, i) => live.track(countedHit('a.com', i, now))));
    assert.equal(live.remote.calls - before, 2, 'one of the site, one of all');
  });

  it('loses no hit while it is down for half a minute and then paused, and reports that its answers are stale', async () => {
    await redis.ask('FLUSHALL');
    const live = lives.live(redis.url);
    const loaded = new AbortController();
    let tracked = 0;
    const load = (async () => {
      for (; !loaded.signal.aborted; await sleep(5)) {
        const now = Date.now();
        const group = Array.from({ length: 20 }, () =>
          live.track(countedHit('a.com', tracked++ % 3000, now)),
        );
        await Promise.all(group);
      }
    })();
    await sleep(1500);
    await live.read('a.com', [60]);
    await redis.kill();
    await sleep(30_000);
    const stale = await live.read('a.com', [60]);
    assert.ok(stale.staleSince! <= Date.now());
    assert.ok(stale.total.hits > 0 && live.remote.waiting > 0);
    assert.match(live.remote.place, /which is gone$/);
    await assert.rejects(live.read('never.asked', [60]), { code: 'live_unavailable' });
    await redis.start();
    for (let i = 0; i < 200 && live.remote.waiting > 1000; i++) await sleep(50);
    process.kill(redis.pid, 'SIGSTOP');
    await sleep(6000);
    process.kill(redis.pid, 'SIGCONT');
    await sleep(1000);
    loaded.abort();
    await load;
    for (let i = 0; i < 100 && live.remote.waiting > 0; i++) await sleep(50);
    const { total, windows, staleSince } = await live.read('a.com', [3600]);
    assert.equal(staleSince, undefined);
    assert.equal(total.hits, tracked);
    assert.equal(windows[0]!.hits, tracked);
    assert.ok(Math.abs(windows[0]!.visitors / 3000 - 1) < 4 * LOG_ERROR, `${windows[0]!.visitors}`);
    assert.equal(live.remote.lost, 0);
    assert.equal(lives.log.filter((line) => line.includes('is unreachable')).length, 2, lives.log.join('\n'));
  });

  it('expires keys that no window needs', async () => {
    await redis.ask('FLUSHALL');
    const live = lives.live(redis.url);
    const now = Date.now();
    await live.track(countedHit('a.com', 1, now - 399 * 86_400_000));
    await live.track(countedHit('a.com', 1, now - 401 * 86_400_000));
    await live.track(countedHit('a.com', 1, now));
    assert.equal(
      await redis.ask(
        `EVAL "local n = 0; for _, key in ipairs(redis.call('KEYS', '*:visitors:?:*')) do local left = redis.call('TTL', key); if left <= 0 or left > 401 * 86400 then n = n + 1 end end return n" 0`,
      ),
      ':0',
    );
    assert.equal(
      await redis.ask(
        `EVAL "local n = 0; for _, key in ipairs(redis.call('KEYS', '*:hits:*')) do local left = redis.call('TTL', key); if left <= 0 or left > 402 * 86400 then n = n + 1 end end return n" 0`,
      ),
      ':0',
    );
    const { total, windows } = await live.read('a.com', [60, 400 * 86_400]);
    assert.deepEqual(total, { hits: 3, visitors: 1 });
    assert.deepEqual(
      windows.map(({ hits, visitors }) => [hits, visitors]),
      [
        [1, 1],
        [2, 1],
      ],
    );
  });
});

test('a node that starts before its Redis waits for it', {
  skip,
  timeout: scaledTimeout(30_000),
}, async () => {
  await using redis = await RedisServer.start();
  await redis.kill();
  await using lives = new Lives();
  const live = lives.live(redis.url);
  const seen = await live.track(countedHit('a.com', 1, Date.now()));
  assert.deepEqual(seen, { isNew: false, unique: 0, total: 1 });
  await redis.start();
  for (let i = 0; i < 200 && live.remote.waiting > 0; i++) await sleep(50);
  for (let i = 0; i < 200 && live.remote.place.endsWith('gone'); i++) await sleep(50);
  assert.deepEqual((await live.read('a.com', [])).total, { hits: 1, visitors: 1 });
});

test('two servers of one Redis count as one, even after one of them was restarted', {
  skip,
  timeout: scaledTimeout(60_000),
}, async (t) => {
  await using redis = await RedisServer.start();
  const folder = temporaryFolder(t);
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  const args = ['--live', redis.url];
  let first = await RunningServer.start(a, ...args);
  mkdirSync(b);
  copyFileSync(join(a, 'secrets.json'), join(b, 'secrets.json'));
  const second = await RunningServer.start(b, ...args, '--threads', '2');
  const answer = await first.send('/');
  assert.equal(answer.text, '1 unique hits from total 1 hits\nYou are new here.\n');
  const cookie = cookieOf(answer);
  const again = await second.send('/', { headers: { cookie } });
  assert.equal(again.text, '1 unique hits from total 2 hits\nYou were here before.\n');
  await second.send('/', { headers: { 'user-agent': FIREFOX.replaceAll('140', '141') } });
  await first.stop();
  first = await RunningServer.start(a, ...args);
  assert.equal(
    (await first.send('/', { headers: { cookie } })).text,
    '2 unique hits from total 4 hits\nYou were here before.\n',
  );
  for (const server of [first, second]) {
    const live = await server.ask<LiveAnswer>('/api/v1/live?window=60s');
    assert.deepEqual(live.total, { hits: 4, visitors: 2 });
    assert.deepEqual([live.windows[0]!.hits, live.windows[0]!.visitors], [4, 2]);
    const ready = JSON.parse((await server.send('/readyz', { headers: BEARER })).text) as { live: string };
    assert.equal(
      ready.live,
      `redis://127.0.0.1:${redis.port}, all-time visitors by HyperLogLog (error 0.81 %)`,
    );
  }
  assert.equal((await second.send('/api/v1/sketch', { headers: BEARER })).status, 404);
  await redis.kill();
  assert.equal((await second.send('/', { headers: { cookie } })).status, 200, 'hits are taken all the same');
  const stale = await first.ask<LiveAnswer>('/api/v1/live?window=60s');
  assert.ok(stale.stale_since !== undefined);
  await first.stop();
  await second.stop();
});

describe('a Redis cluster', { skip, timeout: scaledTimeout(120_000) }, () => {
  let cluster: RedisCluster;
  const lives = new Lives();
  before(async () => {
    cluster = await RedisCluster.start();
  });
  after(async () => {
    await lives[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  liveContract(
    'a Redis cluster',
    async ({ now }) => {
      for (const server of cluster.servers) await server.ask('FLUSHALL');
      return lives.live(cluster.url, now);
    },
    { totalError: LOG_ERROR },
  );

  it('distributes sites over all of its servers', async () => {
    const live = lives.live(cluster.url);
    const sites = Array.from({ length: 50 }, (_, i) => `${i}.example`);
    await Promise.all(sites.map((site, i) => live.track(countedHit(site, i, Date.now()))));
    for (const server of cluster.servers) assert.notEqual(await server.ask('DBSIZE'), ':0');
    const counts = await Promise.all(sites.map((site) => live.read(site, [60])));
    assert.ok(counts.every(({ windows }) => windows[0]!.hits === 1));
  });
});
