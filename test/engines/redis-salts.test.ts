/** Salts that nodes agree on over a real Redis. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { RedisSalts } from '../../src/live/redis/salts.ts';
import { redisAddress } from '../../src/settings/redis-address.ts';
import { type SaltPlace, saltContract } from '../contracts/salts.ts';
import { Line } from '../fixtures/line.ts';
import { REDIS_MISSING, RedisCluster, RedisServer, redisProgram } from '../fixtures/redis-server.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const skip = redisProgram() === undefined && REDIS_MISSING;
const DAY = 86_400_000;
const candidate = (number: number) => new Uint8Array(16).fill(number);
const addressOf = (url: string) => redisAddress(url, '--live');

/** One server behind a connection that can be cut. */
class Server implements SaltPlace {
  readonly redis: RedisServer;
  readonly #line: Line;

  private constructor(redis: RedisServer, line: Line) {
    this.redis = redis;
    this.#line = line;
  }

  static async start(): Promise<Server> {
    const redis = await RedisServer.start();
    return new Server(redis, await Line.to(redis.port));
  }

  async source(_node: number, _salts: unknown, clock: { now: number }): Promise<RedisSalts> {
    return new RedisSalts(addressOf(`redis://127.0.0.1:${this.#line.port}`), () => clock.now);
  }

  away(): Promise<void> {
    return this.#line.cut();
  }

  back(): Promise<void> {
    return this.#line.mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}

if (!skip) saltContract('a Redis', () => Server.start());

test('of simultaneous candidates, all nodes get the same one', {
  skip,
  timeout: scaledTimeout(60_000),
}, async () => {
  await using redis = await RedisServer.start();
  const sources = Array.from({ length: 8 }, () => new RedisSalts(addressOf(redis.url), Date.now));
  const today = new Date().toISOString().slice(0, 10);
  const agreed = await Promise.all(sources.map((source, i) => source.agree(today, candidate(i))));
  assert.equal(new Set(agreed.map(String)).size, 1);
  assert.ok(agreed[0]![0]! < 8);
  for (const source of sources) await source[Symbol.asyncDispose]();
});

test('a salt in Redis expires 48 hours after the start of its day', {
  skip,
  timeout: scaledTimeout(60_000),
}, async () => {
  await using redis = await RedisServer.start();
  const noon = Date.parse('2098-11-24T12:00Z');
  await using source = new RedisSalts(addressOf(redis.url), () => noon);
  await source.agree('2098-11-24', candidate(1));
  await source.agree('2098-11-25', candidate(2));
  const seconds = async (day: string) => Number((await redis.ask(`TTL hit:salt:${day}`)).slice(1));
  assert.ok(Math.abs((await seconds('2098-11-24')) - 36 * 3600) < 60);
  assert.ok(Math.abs((await seconds('2098-11-25')) - 60 * 3600) < 60);
  // An expired one is not kept at all.
  assert.equal(await source.agree('2098-11-22', candidate(3)), undefined);
  assert.equal(Date.parse('2098-11-22') + 2 * DAY <= noon, true);
});

test('a Redis that lost its salts gets those that nodes use', {
  skip,
  timeout: scaledTimeout(60_000),
}, async () => {
  await using redis = await RedisServer.start();
  await using source = new RedisSalts(addressOf(redis.url), Date.now);
  const today = new Date().toISOString().slice(0, 10);
  assert.deepEqual(await source.agree(today, candidate(1)), candidate(1));
  await redis.ask('FLUSHALL');
  assert.deepEqual(await source.agree(today, candidate(1)), candidate(1));
  assert.deepEqual(await source.agree(today, candidate(2)), candidate(1));
});

test('nodes agree over a Redis cluster, whichever server has the key', {
  skip,
  timeout: scaledTimeout(120_000),
}, async () => {
  await using cluster = await RedisCluster.start();
  await using one = new RedisSalts(addressOf(cluster.url), Date.now);
  await using two = new RedisSalts(addressOf(cluster.url), Date.now);
  for (let day = 0; day < 5; day++) {
    const name = new Date(Date.now() + day * DAY).toISOString().slice(0, 10);
    const [first, second] = await Promise.all([one.agree(name, candidate(1)), two.agree(name, candidate(2))]);
    assert.deepEqual(first, second);
  }
});

test('a hanging Redis is given up after some seconds, and queried over a new connection', {
  skip,
  timeout: scaledTimeout(60_000),
}, async () => {
  await using redis = await RedisServer.start();
  await using source = new RedisSalts(addressOf(redis.url), Date.now);
  const today = new Date().toISOString().slice(0, 10);
  await source.agree(today, candidate(1));
  process.kill(redis.pid, 'SIGSTOP');
  await assert.rejects(source.agree(today, candidate(2)), /no answer within 3 s/);
  process.kill(redis.pid, 'SIGCONT');
  assert.deepEqual(await source.agree(today, candidate(2)), candidate(1));
});

test('two servers that share only keys and a Redis count a visitor without a cookie once', {
  skip,
  timeout: scaledTimeout(60_000),
}, async (t) => {
  await using redis = await RedisServer.start();
  const folder = temporaryFolder(t);
  const args = ['--live', redis.url, '--tracker', 'simple', '--identity', 'cookieless'];
  await using first = await RunningServer.start(join(folder, 'a'), ...args);
  const shared = ['--secrets', join(folder, 'a', 'secrets.json')];
  await using second = await RunningServer.start(join(folder, 'b'), ...args, ...shared, '--threads', '2');
  for (const server of [first, second]) {
    await server.send('/hit.gif?site=a.example', { headers: { connection: 'close' } });
  }
  assert.deepEqual(await first.total('a.example'), { hits: 2, visitors: 1 });
  const { salts } = JSON.parse((await second.send('/readyz')).text) as { salts: Record<string, string> };
  assert.deepEqual(new Set(Object.values(salts)), new Set(['shared']));
});
