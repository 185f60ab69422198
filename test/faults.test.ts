/** Disks that fail, fill up or have files in the way: then hits are refused, and no acknowledged hit is lost. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sites } from '../src/query/sites.ts';
import { Spool } from '../src/spool/spool.ts';
import { Store } from '../src/store/store.ts';
import { hitOf } from './fixtures/hit.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { Lines, Shelf } from './fixtures/shelf.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const timeout = scaledTimeout(60_000);
const needsProc = process.platform === 'linux' ? false : 'open files are listed in /proc';

/** Appends a hit. @returns undefined, or the code of the error */
function append(spool: Spool, path: string, title = ''): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    try {
      spool.append(hitOf({ path, title }), (fault) => resolve(fault?.code));
    } catch (error) {
      reject(error);
    }
  });
}

/** A small file system; undefined, and the test is skipped, if it cannot be mounted. */
function smallDisk(t: TestContext, size: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    t.skip('only root can mount a small disk');
    return undefined;
  }
  t.after(() => {
    execFileSync('/bin/umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** The file descriptor of the open segment. */
function descriptorOf(folder: string): number {
  const descriptors = readdirSync('/proc/self/fd').filter((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) && path.endsWith('.open');
    } catch {
      return false;
    }
  });
  assert.equal(descriptors.length, 1);
  return Number(descriptors[0]);
}

async function openSpool(folder: string) {
  const shelf = new Shelf();
  const log = new Lines();
  const spool = await Spool.open({ folder, durability: 'disk', maxBytes: 1e9, sinks: [shelf], log });
  return { spool, shelf, log };
}

test('a failed write refuses its hits, and nothing before or after it is lost', {
  timeout,
  skip: needsProc,
}, async (t) => {
  const folder = temporaryFolder(t);
  const { spool, shelf, log } = await openSpool(folder);
  shelf.shut();
  assert.equal(await append(spool, '/hit-1'), undefined);
  closeSync(descriptorOf(folder));
  const refused = await Promise.all([append(spool, '/hit-2'), append(spool, '/hit-3')]);
  assert.deepEqual(refused, ['spool_failed', 'spool_failed']);
  assert.equal(await append(spool, '/hit-4'), undefined);
  assert.equal(spool.accepted, 2);
  shelf.letIn();
  await spool.flush();
  assert.deepEqual(shelf.paths, ['/hit-1', '/hit-4']);
  assert.equal(spool.bytes, 0);
  await spool.close();
  assert.deepEqual(readdirSync(folder), []);
  assert.match(log.all.join('\n'), /hits are refused: .*EBADF[^\n]*\n.*are accepted again/);
});

test('a flush that waits for a failing group delivers the groups before it', {
  timeout,
  skip: needsProc,
}, async (t) => {
  const folder = temporaryFolder(t);
  const { spool, shelf } = await openSpool(folder);
  await append(spool, '/hit-1');
  closeSync(descriptorOf(folder));
  const refused = append(spool, '/hit-2');
  await spool.flush();
  assert.deepEqual(shelf.paths, ['/hit-1']);
  assert.equal(await refused, 'spool_failed');
  await spool.close();
});

test('a segment that cannot be renamed is delivered once it can, under its given id', {
  timeout,
}, async (t) => {
  const folder = join(temporaryFolder(t), 'spool');
  const { spool, shelf, log } = await openSpool(folder);
  await append(spool, '/hit-1');
  renameSync(folder, `${folder}-away`);
  const flushed = spool.flush();
  while (log.all.length < 2) await sleep(20, undefined, { signal: t.signal });
  assert.match(log.all.join('\n'), /retried in 100 ms: the batch cannot be renamed: ENOENT/);
  assert.deepEqual(shelf.attempts, []);
  renameSync(`${folder}-away`, folder);
  await flushed;
  assert.deepEqual(shelf.paths, ['/hit-1']);
  assert.match(log.all[0]!, new RegExp(`batch ${shelf.batches[0]!.id >> 22n} will be retried`));
  await spool.close();
  assert.deepEqual(readdirSync(folder), []);
});

test('a folder that disappears and comes back costs only unacknowledged hits', {
  timeout,
}, async (t) => {
  const folder = join(temporaryFolder(t), 'spool');
  const { spool, shelf } = await openSpool(folder);
  await append(spool, '/hit-1');
  await spool.flush();
  rmSync(folder, { recursive: true });
  assert.equal(await append(spool, '/hit-2'), 'spool_failed');
  await assert.rejects(spool.add([Buffer.from('rows')], [{}], 1), { code: 'spool_failed' });
  mkdirSync(folder);
  assert.equal(await append(spool, '/hit-3'), undefined);
  await spool.close();
  assert.deepEqual(shelf.paths, ['/hit-1', '/hit-3']);
});

describe('a disk that is full', () => {
  test('refuses hits cleanly, and accepts them again when there is room', { timeout }, async (t) => {
    const disk = smallDisk(t, '2m');
    if (disk === undefined) return;
    const folder = join(disk, 'spool');
    const { spool, shelf, log } = await openSpool(folder);
    shelf.shut();
    const title = 'x'.repeat(500);
    const acknowledged: string[] = [];
    let refused = 0;
    for (let i = 0; refused < 20; i++) {
      const code = await append(spool, `/hit-${i}`, title);
      if (code === undefined) acknowledged.push(`/hit-${i}`);
      else refused++;
      assert.ok(code === undefined || code === 'spool_failed');
    }
    assert.ok(acknowledged.length > 1000);
    assert.ok(readdirSync(folder).length < 5, 'no file for each refusal');
    assert.ok(log.all.length < 5, 'no line for each refusal');
    await assert.rejects(spool.add([Buffer.alloc(3e6, 'x')], [{ digest: 'abc' }], 1), {
      code: 'spool_failed',
    });
    assert.ok(readdirSync(folder).length < 5, 'no rest of a batch');

    shelf.letIn();
    await spool.flush();
    assert.deepEqual(shelf.paths, acknowledged);
    assert.equal(await append(spool, '/hit-100000'), undefined);
    await spool.close();
    assert.deepEqual(shelf.paths.at(-1), '/hit-100000');
    assert.deepEqual(readdirSync(folder), []);
  });

  test('under the store keeps hits in the spool until there is room', { timeout }, async (t) => {
    const disk = smallDisk(t, '40m');
    if (disk === undefined) return;
    const store = await Store.open({ setting: 'embedded', folder: join(disk, 'store') });
    const log = new Lines();
    const folder = join(temporaryFolder(t), 'spool');
    const spool = await Spool.open({ folder, durability: 'disk', maxBytes: 1e9, sinks: [store], log });
    const totalHits = async () => {
      const stored = await sites({ store });
      return stored.reduce((sum, { hits }) => sum + hits, 0);
    };
    assert.equal(await append(spool, '/hit-1'), undefined);
    await spool.flush();
    const ballast = join(disk, 'ballast');
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(64e6)), { code: 'ENOSPC' });
    for (let i = 2; i <= 500; i++) assert.equal(await append(spool, `/hit-${i}`), undefined);
    const flushed = spool.flush();
    while (!log.all.some((line) => line.includes('retried in'))) await sleep(20);
    assert.equal(await totalHits(), 1);
    rmSync(ballast);
    await flushed;
    assert.equal(await totalHits(), 500);
    await spool.close();
    await store.close();
  });
});
