import assert from 'node:assert/strict';
import fs, { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { scaledTimeout, until } from '../../test/fixtures/scaled-timeout.ts';
import { Lines, pathsIn, Shelf, type Taken } from '../../test/fixtures/shelf.ts';
import { append, batchOf, openSpool } from '../../test/fixtures/spool.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';
import { linkSegments } from './segment-links.ts';
import type { Sink } from './sink.ts';
import { Spool } from './spool.ts';

const options = { timeout: scaledTimeout(120_000) };
const HITS = ['/hit-1', '/hit-2'];

/** A shelf that refuses all batches for their own sake, as long as it is told to. */
function refusing(shelf: Shelf, isRefused: () => boolean): Sink {
  return {
    name: 'refusing',
    deliver: async (segment) => {
      if (isRefused()) throw new HitError('batch_rejected', 'it has a hit that is not liked');
      await shelf.deliver(segment);
    },
  };
}

function open(folder: string, sinks: readonly Sink[], log = new Lines()): Promise<Spool> {
  return Spool.open({ folder, durability: 'disk', maxBytes: 2 ** 30, sinks, log });
}

/** Calls a function after each change of a name of a file, until it is disposed. */
function afterEachChange(changed: () => void): Disposable {
  const later = { link: fs.promises.link, rename: fs.promises.rename, rm: fs.promises.rm };
  const now = { renameSync: fs.renameSync, rmSync: fs.rmSync };
  type Change<Result> = (...args: never[]) => Result;
  for (const [name, change] of Object.entries<Change<Promise<void>>>(later)) {
    const told: Change<Promise<void>> = async (...args) => change(...args).then(changed);
    Object.assign(fs.promises, { [name]: told });
  }
  for (const [name, change] of Object.entries<Change<void>>(now)) {
    const told: Change<void> = (...args) => {
      change(...args);
      changed();
    };
    Object.assign(fs, { [name]: told });
  }
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      Object.assign(fs.promises, later);
      Object.assign(fs, now);
      syncBuiltinESMExports();
    },
  };
}

/** A folder as a crash would leave it, and what the sinks had by then. */
interface Crash {
  readonly folder: string;
  readonly refused: readonly Taken[];
  readonly other: readonly Taken[];
}

/** Sends a batch that is refused, requeued, refused again, requeued and accepted. @returns every moment of that */
async function crashesOf(t: TestContext, send: (spool: Spool) => Promise<void>): Promise<Crash[]> {
  const [folder, copies] = [join(temporaryFolder(t), 'spool'), temporaryFolder(t)];
  const crashes: Crash[] = [];
  const [shelf, other] = [new Shelf(), new Shelf()];
  let refusals = 0;
  const log = new Lines();
  const error = (line: string): number => {
    if (/is refused and set aside/.test(line)) {
      refusals++;
      // Its file is still there.
      void spool.requeue();
    }
    return log.error(line);
  };
  const sinks = [refusing(shelf, () => refusals < 2), { name: 'other', deliver: other.deliver.bind(other) }];
  const spool = await open(folder, sinks, { ...log, error });
  await send(spool);
  const changes = afterEachChange(() => {
    const copy = join(copies, String(crashes.length));
    cpSync(folder, copy, { recursive: true });
    crashes.push({ folder: copy, refused: [...shelf.batches], other: [...other.batches] });
  });
  try {
    await spool.flush();
    await until('the other sink has it', () => spool.bytes === 0);
    await spool.requeue();
    await spool.flush();
    await spool.requeue();
    await spool.flush();
  } finally {
    changes[Symbol.dispose]();
    await spool.close();
  }
  return crashes;
}

/** Starts after a crash, with the cause removed. @returns the batches of both sinks, and the number that is set aside */
async function startAfter(crash: Crash) {
  const [shelf, other] = [new Shelf(), new Shelf()];
  shelf.batches.push(...crash.refused);
  other.batches.push(...crash.other);
  await using spool = await open(crash.folder, [
    refusing(shelf, () => false),
    { name: 'other', deliver: other.deliver.bind(other) },
  ]);
  await until('both have it', () => spool.bytes === 0);
  await spool.requeue();
  await until('it is delivered again', () => spool.bytes === 0);
  return { shelf, other, aside: spool.quarantine.batches.length };
}

test(
  'a crash at any moment while a batch is set aside and requeued loses no hit and doubles none',
  options,
  async (t) => {
    const crashes = await crashesOf(t, async (spool) => {
      for (const path of HITS) await append(spool, path);
    });
    assert.ok(crashes.length > 10, `${crashes.length} moments`);
    for (const [moment, crash] of crashes.entries()) {
      const { shelf, other, aside } = await startAfter(crash);
      const files = readdirSync(crash.folder, { recursive: true, encoding: 'utf8' });
      const what = `moment ${moment}: ${files.join(', ')}`;
      assert.deepEqual([shelf.paths, other.paths, aside], [HITS, HITS, 0], what);
      assert.deepEqual(
        files.filter((file) => /\.(open|rows|json)$/.test(file)),
        [],
        what,
      );
    }
  },
);

test(
  'a crash at any moment while a batch of an import is set aside leaves it there, or delivers it',
  options,
  async (t) => {
    const crashes = await crashesOf(t, (spool) => spool.add([batchOf(HITS)], [{ chunk: 1 }], HITS.length));
    assert.ok(crashes.length > 3, `${crashes.length} moments`);
    const outcomes = new Set<number>();
    for (const [moment, crash] of crashes.entries()) {
      const { shelf, other, aside } = await startAfter(crash);
      outcomes.add(aside);
      assert.deepEqual(shelf.paths, aside === 0 ? HITS : [], `moment ${moment}`);
      assert.deepEqual(other.paths, HITS);
    }
    assert.deepEqual([...outcomes], [0, 1]);
  },
);

test('a batch is named durably in both folders before it is delivered again', options, async (t) => {
  let isRefused = true;
  const synced: string[] = [];
  const shelf = new Shelf();
  const { spool, folder } = await openSpool(t, {
    sinks: [
      {
        name: 'refusing',
        deliver: async (segment) => {
          if (isRefused) throw new HitError('batch_rejected', 'not liked');
          synced.push('delivered');
          await shelf.deliver(segment);
        },
      },
    ],
  });
  await append(spool, '/hit-1');
  await spool.flush();
  isRefused = false;
  await using handle = await fs.promises.open('.', 'r');
  const sync = Object.getPrototypeOf(handle).sync;
  t.mock.method(Object.getPrototypeOf(handle), 'sync', function (this: fs.promises.FileHandle) {
    synced.push(fs.readlinkSync(`/proc/self/fd/${this.fd}`).replace(fs.realpathSync(folder), 'spool'));
    return sync.call(this);
  });
  await spool.requeue();
  await spool.flush();
  // First that it has left the spool, then that it has its new name, and at last that the old one is gone.
  assert.deepEqual(synced, [
    ...['spool/requeued/refusing', 'spool/requeued', 'spool'],
    ...['spool/requeued/refusing', 'spool/quarantine/refusing', 'delivered'],
  ]);
  assert.deepEqual(shelf.paths, ['/hit-1']);
});

test(
  'files that an operator deletes from the quarantine, or adds to it, delay nothing',
  options,
  async (t) => {
    let isRefused = true;
    const shelf = new Shelf();
    const sinks = [refusing(shelf, () => isRefused)];
    const { spool, folder } = await openSpool(t, { sinks });
    await append(spool, '/hit-1');
    await spool.flush();
    const quarantine = join(folder, 'quarantine');
    writeFileSync(join(quarantine, 'refused.tar'), '');
    linkSegments(folder, join(temporaryFolder(t), 'links'));
    const [aside] = spool.quarantine.batches;
    rmSync(aside!.path);
    assert.deepEqual(await spool.requeue(), []);
    assert.deepEqual([spool.quarantine.batches.length, spool.quarantine.bytes], [0, 0]);
    isRefused = false;
    await append(spool, '/hit-2');
    await spool.flush();
    assert.deepEqual(shelf.paths, ['/hit-2']);
    await spool.close();
    mkdirSync(join(quarantine, 'empty'));
    const { spool: again } = await openSpool(t, { folder, sinks });
    assert.deepEqual(again.quarantine.batches, []);
    assert.deepEqual(pathsIn(await readFile(join(quarantine, 'refused.tar'))), []);
  },
);
