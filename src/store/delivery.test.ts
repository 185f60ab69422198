import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../test/fixtures/embedded-store.ts';
import { refuseWholeInserts } from '../../test/fixtures/little-memory.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { SHARED_HITS, SHARING_WORK } from '../../test/fixtures/sharing-work.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';

const { deliver, consume, restore } = SHARING_WORK;

test('inserts in shares that come at the same time do not get into each other', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore(t, folder);
  await deliver(store, folder);
  await using connection = store.dedicatedConnection();
  await connection.command('TRUNCATE TABLE hits');
  {
    using _ = refuseWholeInserts();
    // As when a purged log is imported again, twice, while new hits arrive.
    await Promise.all([restore(store, folder), consume(store, folder), restore(store, folder)]);
  }
  const counts = await connection.rows<{ hits: string; distinct: string }>(
    'SELECT toString(count()) AS hits, toString(uniqExact(batch, position)) AS distinct FROM hits',
  );
  const all = String(2 * SHARED_HITS.length);
  assert.deepEqual(counts, [{ hits: all, distinct: all }]);
});
