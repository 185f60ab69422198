import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { RetentionJob } from '../retention/retention-job.ts';
import { Rollups } from '../rollup/rollups.ts';
import { Store } from '../store/store.ts';
import { readSelection } from './selection.ts';
import { stats } from './stats.ts';

const DAY = 86_400_000;
const TIME = Date.UTC(2026, 8, 1, 12);
const batch = (number: number) => (BigInt(TIME + number) << 22n) | 1n;

test('late hits of a purged day do not make up for purged ones, rolled up or not', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  placeEmptyStore(join(folder, 'store'));
  await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  await using rollups = new Rollups(store);
  const ages = (days: number) => ({ default: days, bySite: new Map<string, number>() });
  const retentionJob = new RetentionJob({
    ...{ store, rollups, spool: { flush: async () => undefined } },
    policy: {
      hits: ages(10),
      rollups: ages(Number.POSITIVE_INFINITY),
      visits: ages(Number.POSITIVE_INFINITY),
    },
    now: () => TIME + 20 * DAY,
  });
  const three = [0, 1, 2].map((i) => ({ time: TIME + i, path: '/a' }));
  await store.deliver(segmentOf(folder, batch(1), three));
  await retentionJob.run();
  await store.deliver(segmentOf(folder, batch(2), three));
  const selection = readSelection({ from: '2026-09-01', to: '2026-09-02' });
  const ask = (params: object) =>
    stats({ store }, { ...selection, ...params }, { interval: 'day', timezone: 'UTC' }, TIME + 20 * DAY);
  for (let round = 0; round < 2; round++) {
    const all = await ask({});
    assert.deepEqual([all.totals.hits, all.purged_before], [6, undefined]);
    const needy = await ask(
      readSelection({ ...{ from: '2026-09-01', to: '2026-09-02' }, filter: 'path=/a' }),
    );
    assert.deepEqual([needy.totals.hits, needy.purged_before], [null, '2026-09-02T00:00:00Z']);
    await rollups.rollUp();
  }
});
