import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import type { Hit } from '../hit/hit.ts';
import { knownSites } from './known-sites.ts';

const NOW = Date.UTC(2026, 10, 30);

test('sites with hits are known, and claimed if several visitors came, rolled up or not', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const { store, rollups, deliver } = await (await rolledStore(t))(t);
  /** A hit of each of some visitors. */
  const hitsOf = (site: string, visitors: number, fields: Partial<Hit> = {}) =>
    Array.from({ length: visitors }, (_, at) =>
      hitOf({ site, time: NOW - 1000, visitorHigh: (at + 1) * 0x1f3d5b79, visitorLow: at * 7919, ...fields }),
    );
  const known = async () => {
    const { claimed, unclaimed } = await knownSites(store);
    return [claimed.sort(), unclaimed.sort()];
  };
  const expected = [['many.example'], ['bots.example', 'few.example']];
  await deliver((BigInt(NOW) << 22n) | 1n, [
    ...hitsOf('many.example', 3),
    ...[...hitsOf('few.example', 2), ...hitsOf('few.example', 2)],
    ...hitsOf('bots.example', 2, { bot: 'Googlebot' }),
  ]);
  assert.deepEqual(await known(), expected);
  await rollups.rollUp();
  assert.deepEqual(await known(), expected);
  await deliver((BigInt(NOW + 1) << 22n) | 1n, hitsOf('late.example', 3));
  assert.deepEqual(await known(), [['late.example', 'many.example'], expected[1]]);
});
