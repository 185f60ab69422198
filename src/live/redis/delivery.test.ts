import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { redisAddress } from '../../settings/redis-address.ts';
import { Delivery } from './delivery.ts';
import { RedisLink } from './link.ts';

/** As documented: sites whose last counts are kept. */
const MOST_KNOWN = 10_000;

test('while Redis is gone, the counts of sites stay in bounded memory', async () => {
  const link = new RedisLink(redisAddress('redis://127.0.0.1:1', '--live'), () => undefined);
  const delivery = new Delivery({
    ...{ link, node: 'a', rate: false, expectedVisitors: 1000, now: () => 0 },
    ...{ onFault: () => undefined, onRecovery: () => undefined },
  });
  const totalOf = async (site: string) =>
    (await delivery.track({ site, time: 0, visitorHigh: 0, visitorLow: 0 })).total;
  try {
    assert.equal(await totalOf('first.com'), 1);
    assert.equal(await totalOf('first.com'), 2);
    for (let i = 0; i < MOST_KNOWN; i++) await totalOf(`${i}.com`);
    assert.equal(await totalOf(`${MOST_KNOWN - 1}.com`), 2);
    assert.equal(await totalOf('first.com'), 1);
  } finally {
    delivery.close();
    link.close();
  }
});

test('a Redis that hangs delays no hit until it counts as gone', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const link = new RedisLink(redisAddress(`redis://127.0.0.1:${port}`, '--live'), () => undefined);
  let isGone = false;
  const onFault = () => {
    isGone = true;
  };
  const delivery = new Delivery({
    ...{ link, node: 'a', rate: false, expectedVisitors: 1000, now: () => 0 },
    ...{ onFault, onRecovery: () => undefined },
  });
  t.after(() => {
    delivery.close();
    link.close();
    silent.close();
  });
  const hit = { site: 'a.com', time: 0, visitorHigh: 0, visitorLow: 0 };
  const answers = await Promise.all([delivery.track(hit), delivery.track(hit)]);
  assert.deepEqual([answers[1].total, isGone], [2, false]);
  assert.ok(!(delivery.track(hit) instanceof Promise));
  assert.equal(delivery.waiting, 1, 'the next batch waits, and none is lost');
  assert.equal(delivery.lost, 0);
});
