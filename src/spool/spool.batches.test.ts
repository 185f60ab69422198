import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { append, batchOf, hits, openSpool } from '../../test/fixtures/spool.ts';

const options = { timeout: scaledTimeout(30_000) };

describe('a whole batch', () => {
  test('is delivered with its notes, in its turn', options, async (t) => {
    const { folder, spool, shelf } = await openSpool(t);
    await append(spool, '/hit-1');
    const flushed = spool.flush();
    await spool.add([batchOf(['/hit-2']), batchOf(['/hit-3'])], [{ digest: 'abc', lines: 2 }], 2);
    await append(spool, '/hit-4');
    await Promise.all([flushed, spool.flush()]);
    assert.deepEqual(shelf.paths, ['/hit-1', '/hit-2', '/hit-3', '/hit-4']);
    assert.deepEqual(shelf.batches[1]?.notes, [{ digest: 'abc', lines: 2 }]);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('waits for room, and leaves some for hits', options, async (t) => {
    const { spool, shelf } = await openSpool(t, { maxBytes: 10_000 });
    shelf.shut();
    const batch = batchOf(hits(0, 30));
    let added = 0;
    const adding = (async () => {
      for (let i = 0; i < 5; i++) await spool.add([batch], [{ number: i }], 30).then(() => added++);
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(added, 1);
    await append(spool, '/hit-100');
    shelf.letIn();
    await adding;
    await spool.flush();
    assert.equal(shelf.paths.length, 151);
  });

  test('that waits for room is refused when the spool closes', options, async (t) => {
    const { spool, shelf } = await openSpool(t, { maxBytes: 3000 });
    shelf.failures = Number.POSITIVE_INFINITY;
    const batch = batchOf(hits(0, 30));
    await spool.add([batch], [{}], 30);
    const waiting = assert.rejects(spool.add([batch], [{}], 30), { code: 'spool_full', message: /closing/ });
    await spool.close(50);
    await waiting;
  });

  test('may be empty', options, async (t) => {
    const { spool, shelf } = await openSpool(t);
    await spool.add([], [{ lines: 7 }, { lines: 8 }], 0);
    await spool.flush();
    assert.deepEqual(shelf.batches[0]?.notes, [{ lines: 7 }, { lines: 8 }]);
  });
});
