import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS } from './drop-reason.ts';
import { Drops } from './drops.ts';

test('drops are counted by reason, and every reason is there from the start', () => {
  const drops = new Drops(1000);
  assert.equal(drops.since, 1000);
  assert.deepEqual(
    drops.entries(),
    DROP_REASONS.map((reason) => ({ reason, hits: 0 })),
  );
  drops.count('bot');
  drops.count('bot');
  drops.count('rate_limited');
  const counted = drops.entries().filter(({ hits }) => hits > 0);
  assert.deepEqual(counted, [
    { reason: 'bot', hits: 2 },
    { reason: 'rate_limited', hits: 1 },
  ]);
});
