import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { pathsIn } from '../../test/fixtures/shelf.ts';
import { append, batchOf, hits, openSpool } from '../../test/fixtures/spool.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';

const options = { timeout: scaledTimeout(30_000) };

function pathsOnDisk(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => pathsIn(readFileSync(join(folder, file))));
}

describe('an acknowledged hit', () => {
  for (const durability of ['disk', 'process'] as const) {
    test(`is in a file from then on (${durability})`, options, async (t) => {
      const { folder, spool, shelf } = await openSpool(t, { durability });
      shelf.shut();
      for (const path of hits(0, 20)) {
        await append(spool, path);
        assert.ok(pathsOnDisk(folder).includes(path));
      }
      assert.equal(spool.accepted, 20);
    });
  }

  test('is recovered by the next run, whenever the process dies', options, async (t) => {
    const { folder, spool, shelf } = await openSpool(t);
    shelf.shut();
    const copies = temporaryFolder(t);
    for (const path of hits(0, 10)) {
      await append(spool, path);
      // As after a kill at this moment.
      cpSync(folder, join(copies, path), { recursive: true });
    }
    for (const [index, path] of hits(0, 10).entries()) {
      const next = await openSpool(t, { folder: join(copies, path) });
      await next.spool.flush();
      assert.deepEqual(next.shelf.paths, hits(0, index + 1));
      await next.spool.close();
    }
  });

  test('reaches the sink without a flush, within seconds', options, async (t) => {
    const { folder, spool, shelf } = await openSpool(t);
    await append(spool, '/hit-1');
    while (shelf.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(shelf.paths, ['/hit-1']);
    await spool.flush();
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(spool.bytes, 0);
  });
});

describe('a group', () => {
  test('contains the hits of one event-loop turn, and is acknowledged as a whole', options, async (t) => {
    const { spool } = await openSpool(t);
    let answered = 0;
    const all = Promise.all(hits(0, 500).map((path) => append(spool, path).then(() => answered++)));
    await new Promise<void>((resolve) => spool.append(hitOf(), () => resolve()));
    assert.equal(answered, 500);
    await all;
  });

  test('is collected while the previous one is synced', options, async (t) => {
    const { folder, spool, shelf } = await openSpool(t);
    shelf.shut();
    const appended: Promise<void>[] = [];
    for (const path of hits(0, 2000)) {
      appended.push(append(spool, path));
      if (appended.length % 20 === 0) await nextTurn();
    }
    await Promise.all(appended);
    const bytes = readdirSync(folder).reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0);
    // One seal per turn would take 3,600 bytes.
    const bare = batchOf(hits(0, 2000)).length;
    assert.ok(bytes < bare + 3600, `${bytes - bare} bytes of seals`);
  });

  test('is acknowledged to all callers, even if one of them throws', options, async (t) => {
    const { spool, log } = await openSpool(t);
    spool.append(hitOf(), () => {
      throw new Error('the browser went away');
    });
    await append(spool, '/hit-2');
    await append(spool, '/hit-3');
    assert.match(log.all.join(), /acknowledgement failed: the browser went away/);
  });
});

describe('a flush', () => {
  test('delivers everything that was appended before it, even while more arrives', options, async (t) => {
    const { spool, shelf } = await openSpool(t);
    let next = 0;
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        for (let i = 0; i < 5; i++) append(spool, `/hit-${next++}`).catch(() => undefined);
        await nextTurn();
      }
    })();
    for (let i = 0; i < 20; i++) {
      const before = next;
      await spool.flush();
      const there = new Set(shelf.paths);
      assert.deepEqual(
        hits(0, before).filter((path) => !there.has(path)),
        [],
      );
      await nextTurn();
    }
    isOver = true;
    await load;
    await spool.flush();
    assert.deepEqual(shelf.paths, hits(0, next));
  });

  test('waits for deliveries that another flush has started', options, async (t) => {
    const { spool, shelf } = await openSpool(t);
    for (let i = 0; i < 30; i++) {
      await append(spool, `/hit-${i}`);
      // Let the commit end, so that both are sealed separately.
      await nextTurn();
      const first = spool.flush();
      await spool.flush();
      assert.equal(shelf.paths.length, i + 1);
      await first;
    }
  });

  test('returns at once in an empty spool', options, async (t) => {
    const { spool, shelf } = await openSpool(t);
    await spool.flush();
    assert.deepEqual(shelf.attempts, []);
  });
});

describe('a full spool', () => {
  test('refuses hits, and accepts them again when the sink has made room', options, async (t) => {
    const { spool, shelf } = await openSpool(t, { maxBytes: 5000 });
    shelf.shut();
    const accepted: string[] = [];
    let fault: unknown;
    for (const path of hits(0, 200)) {
      try {
        await append(spool, path);
        accepted.push(path);
      } catch (error) {
        fault = error;
        break;
      }
    }
    assert.ok(fault instanceof HitError && fault.code === 'spool_full' && fault.retryAfter);
    assert.match(fault.message, /5000 bytes/);
    assert.ok(spool.bytes < 5500);
    shelf.letIn();
    await spool.flush();
    assert.equal(spool.bytes, 0);
    await append(spool, '/hit-1000');
    await spool.flush();
    assert.deepEqual(shelf.paths, [...accepted, '/hit-1000']);
  });

  test('never exceeds its limit, however many hits arrive at once', options, async (t) => {
    const { spool, shelf } = await openSpool(t, { maxBytes: 20_000 });
    shelf.shut();
    let refused = 0;
    for (let turn = 0; turn < 50; turn++) {
      for (const path of hits(0, 20)) append(spool, path).catch(() => refused++);
      assert.ok(spool.bytes < 21_000, `${spool.bytes}`);
      await nextTurn();
    }
    assert.ok(refused > 0);
  });
});

describe('a sink that fails', () => {
  test('gets the same batch again, and the others after it', options, async (t) => {
    const { spool, shelf, log } = await openSpool(t);
    shelf.failures = 3;
    await append(spool, '/hit-1');
    const first = spool.flush();
    await append(spool, '/hit-2');
    await Promise.all([first, spool.flush()]);
    assert.deepEqual(shelf.paths, ['/hit-1', '/hit-2']);
    const [one, two] = shelf.batches.map(({ id }) => id);
    assert.deepEqual(shelf.attempts, [one, one, one, one, two]);
    assert.ok(one! < two!);
    assert.equal(log.all.filter((line) => /retried in \d+ ms: the shelf is full/.test(line)).length, 3);
  });

  test('does not delay closing, and the next run delivers', options, async (t) => {
    const { folder, spool, shelf } = await openSpool(t);
    shelf.failures = Number.POSITIVE_INFINITY;
    await append(spool, '/hit-1');
    await spool.close(300);
    const [id] = shelf.attempts;
    const next = await openSpool(t, { folder });
    await append(next.spool, '/hit-2');
    await next.spool.flush();
    assert.deepEqual(next.shelf.paths, ['/hit-1', '/hit-2']);
    assert.equal(next.shelf.batches[0]?.id, id);
    assert.match(next.log.all.join(), /1 hits of the last run were recovered/);
  });
});

describe('a closed spool', () => {
  test('has acknowledged all accepted hits, and accepts no more', options, async (t) => {
    const { spool, shelf } = await openSpool(t);
    const appended = Promise.all(hits(0, 100).map((path) => append(spool, path)));
    await spool.close();
    await appended;
    assert.deepEqual(shelf.paths, hits(0, 100));
    assert.throws(() => spool.append(hitOf(), assert.fail), { code: 'spool_full', message: /closing/ });
    await assert.rejects(spool.add([batchOf(['/hit-1'])], [{}], 1), {
      code: 'spool_full',
      message: /closing/,
    });
  });

  test('has closed every file', options, async (t) => {
    const { spool, shelf, folder } = await openSpool(t);
    shelf.failures = Number.POSITIVE_INFINITY;
    await append(spool, '/hit-1');
    await spool.close(100);
    assert.deepEqual(
      readdirSync(folder).map((file) => file.split('.').at(-1)),
      ['rows'],
    );
  });
});
