/** Backups: taken while hits arrive, started from, and interrupted. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { backUp } from '../src/store/backup.ts';
import { DBTracker } from '../src/trackers/db.ts';
import { hitOf } from './fixtures/hit.ts';
import { onlyWithMoreRounds } from './fixtures/rounds.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { assertVisits } from './fixtures/visit-recount.ts';

/** Sends hits until it is stopped: `/hit-0`, `/hit-1`, … */
class Load implements AsyncDisposable {
  acknowledged = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(db: DBTracker) {
    this.#done = this.#run(db);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run({ spool }: DBTracker): Promise<void> {
    for (let next = 0; !this.#stopped; ) {
      const group = Array.from({ length: 20 }, () => {
        const hit = hitOf({ path: `/hit-${next++}`, time: Date.now() - (next % 90) * 86_400_000 });
        return new Promise<void>((resolve, reject) => {
          spool.append(hit, (fault) => (fault ? reject(fault) : resolve()));
        });
      });
      await Promise.all(group);
      this.acknowledged += group.length;
      await setImmediate();
    }
  }
}

/** Starts from a folder, and closes it. @returns its hits, the distinct ones among them, and live hits */
async function countsOf(dataDir: string) {
  await using db = await DBTracker.open({ dataDir });
  await db.spool.flush();
  await using connection = db.store.dedicatedConnection();
  await db.rollups.rollUp();
  await assertVisits(db.store);
  const [row] = await connection.rows<Record<'hits' | 'different' | 'counted', string>>(
    "SELECT count() AS hits, uniqExact(path) AS different, (SELECT sum(r.hits) FROM rollups AS r WHERE by = 'hour') AS counted FROM hits",
  );
  return { hits: Number(row!.hits), different: Number(row!.different), counted: Number(row!.counted) };
}

async function openFolder(t: TestContext) {
  const folder = temporaryFolder(t);
  const dataDir = join(folder, 'data');
  const db = await DBTracker.open({ dataDir });
  const source = { store: db.store, spool: db.spool, dataDir };
  return { folder, dataDir, db, source, [Symbol.asyncDispose]: () => db.close() };
}

test('each hit that was acknowledged before a backup begins is in it once, while hits arrive and are rolled up', {
  skip: onlyWithMoreRounds(),
}, async (t) => {
  await using opened = await openFolder(t);
  const { folder, dataDir, db, source } = opened;
  await using load = new Load(db);
  while (load.acknowledged < 3000) await setImmediate();
  await db.spool.flush();
  await db.rollups.rollUp();
  const taken: { to: string; before: number }[] = [];
  for (const name of ['first', 'second']) {
    const more = load.acknowledged + 2000;
    while (load.acknowledged < more) await setImmediate();
    const before = load.acknowledged;
    const [backup] = await Promise.all([
      backUp(source, join(folder, name)),
      name === 'second' && db.rollups.rollUp(),
    ]);
    assert.equal(backup.folder, join(folder, name));
    assert.ok(backup.files > 10 && backup.bytes > 1000);
    taken.push({ to: backup.folder, before });
  }
  await load[Symbol.asyncDispose]();
  await db.close();
  assert.deepEqual(
    readdirSync(join(dataDir, 'store', 'shadow')).filter((name) => /scratch/.test(name)),
    [],
  );
  for (const { to, before } of taken) {
    assert.equal(statSync(join(to, 'secrets.json')).mode & 0o777, 0o600);
    assert.equal(statSync(to).mode & 0o777, 0o700);
    const counts = await countsOf(to);
    assert.ok(counts.hits >= before, `${counts.hits} of ${before}`);
    assert.deepEqual(counts, { hits: counts.hits, different: counts.hits, counted: counts.hits });
    // It is a normal folder: hits arrive, and are rolled up.
    await using again = await DBTracker.open({ dataDir: to });
    await again.rollups.rollUp();
    const stats = await again.stats({ bots: 'include' });
    assert.equal(stats.totals.hits, counts.hits);
  }
});

test('an interrupted backup leaves nothing, and a killed one does not block the next', async (t) => {
  await using opened = await openFolder(t);
  const { folder, db, source } = opened;
  await new Promise<void>((resolve) => db.spool.append(hitOf(), () => resolve()));
  const to = join(folder, 'copy');
  await assert.rejects(backUp(source, to, AbortSignal.abort()), { code: 'interrupted' });
  assert.deepEqual(readdirSync(folder), ['data']);

  mkdirSync(`${to}.part/store`, { recursive: true });
  writeFileSync(`${to}.part/unfinished-backup`, '');
  await backUp(source, to);
  assert.deepEqual(readdirSync(folder), ['copy', 'data']);
  assert.equal(existsSync(join(to, 'unfinished-backup')), false);
});

test('a backup never replaces anything else', async (t) => {
  await using opened = await openFolder(t);
  const { folder, dataDir, source } = opened;
  mkdirSync(join(folder, 'full/of'), { recursive: true });
  mkdirSync(join(folder, 'mine.part'));
  await assert.rejects(backUp(source, join(folder, 'full')), {
    code: 'invalid',
    message: /already exists/,
  });
  await assert.rejects(backUp(source, join(dataDir, 'copy')), {
    code: 'invalid',
    message: /in the data folder/,
  });
  await assert.rejects(backUp(source, join(folder, 'mine')), {
    code: 'data_dir_unusable',
    message: /mine\.part/,
  });
  mkdirSync(join(folder, 'empty'));
  await backUp(source, join(folder, 'empty'));
  assert.ok(existsSync(join(folder, 'empty', 'secrets.json')));
});
