import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { withConsistentRollups } from '../query/source.ts';
import { Store } from '../store/store.ts';
import { Clients } from './clients.ts';
import { SINGLE } from './dialect.ts';
import { migrate } from './migrate.ts';
import { migrations } from './sql.ts';

const options = { timeout: scaledTimeout(60_000) };
const steps = migrations();

function open(t: TestContext): { clients: Clients; folder: string } {
  const folder = join(temporaryFolder(t), 'store');
  const clients = Clients.embedded(folder);
  t.after(() => clients.close());
  return { clients, folder };
}

async function versions({ writer }: Clients): Promise<number[]> {
  const query = 'SELECT version FROM migrations ORDER BY version';
  const result = await writer.query({ query, format: 'JSONEachRow' });
  return (await result.json<{ version: number }>()).map(({ version }) => version);
}

test('steps are numbered from one, without gaps', () => {
  assert.deepEqual(
    steps.map(({ version }) => version),
    steps.map((_, index) => index + 1),
  );
  for (const { name, statements } of steps) {
    assert.match(name, /^[a-z_]+$/);
    assert.ok(statements.length > 0);
  }
});

test('a step without a number is refused', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'hits.sql'), 'SELECT 1;');
  assert.throws(() => migrations(SINGLE, pathToFileURL(`${folder}/`)), /does not begin with four digits/);
});

test('hits of an older data folder are still there', options, async (t) => {
  const { clients, folder } = open(t);
  await migrate(clients.writer, { steps: steps.slice(0, 1) });
  await clients.writer.command({
    query: `INSERT INTO hits (site, time, visitor, path)
      SELECT 'old.example', toDateTime64('2020-01-01', 3, 'UTC') + number, number, '/' FROM numbers(1000)`,
  });
  await clients.close();

  await using store = await Store.open({ setting: 'embedded', folder });
  const beside = temporaryFolder(t);
  await store.deliver(segmentOf(beside, 1n, [{ site: 'new.example' }]));
  const totals = await withConsistentRollups(store, ({ fragments }) =>
    store.rows<{ site: string; hits: string }>('live_totals', {}, undefined, fragments),
  );
  const bySite = Object.fromEntries(totals.map(({ site, hits }) => [site, Number(hits)]));
  assert.deepEqual(bySite, { 'old.example': 1000, 'new.example': 1 });
  assert.deepEqual(await store.rows('imports', { root: 'r' }), []);
});

test('a database is migrated once', options, async (t) => {
  const { clients } = open(t);
  await migrate(clients.writer);
  await migrate(clients.writer);
  assert.deepEqual(
    await versions(clients),
    steps.map(({ version }) => version),
  );
});

test('a database of a newer version is refused, and not changed', options, async (t) => {
  const { clients, folder } = open(t);
  await migrate(clients.writer);
  const newest = steps.at(-1)!.version + 1;
  await clients.writer.command({
    query: `INSERT INTO migrations (version, name) SELECT ${newest}, 'future'`,
  });
  await clients.close();
  await assert.rejects(Store.open({ setting: 'embedded', folder }), {
    code: 'data_dir_newer',
    message: `the store has schema ${newest}, and this version of Hit Tracker supports ${newest - 1}: install a newer one`,
  });
});

test('an interrupted step runs again', options, async (t) => {
  const { clients } = open(t);
  const create = 'CREATE TABLE IF NOT EXISTS things (name String) ENGINE = MergeTree ORDER BY name';
  const add = 'ALTER TABLE things ADD COLUMN IF NOT EXISTS size UInt8';
  const step = { version: 1, name: 'things', statements: [create, add] };
  const cut = { ...step, statements: [create, 'ALTER TABLE nothing ADD COLUMN size UInt8'] };
  await assert.rejects(migrate(clients.writer, { steps: [cut] }));
  assert.deepEqual(await versions(clients), []);
  await migrate(clients.writer, { steps: [step] });
  assert.deepEqual(await versions(clients), [1]);
  await clients.writer.command({ query: "INSERT INTO things SELECT 'a', 1" });
});

test('every step may run twice, since a crash may come before it is recorded', options, async (t) => {
  const { clients } = open(t);
  await migrate(clients.writer);
  await clients.writer.command({ query: "INSERT INTO hits (site, path) SELECT 'a.com', '/'" });
  await clients.writer.command({ query: 'TRUNCATE TABLE migrations' });
  await migrate(clients.writer);
  const result = await clients.writer.query({ query: 'SELECT site FROM hits', format: 'JSONEachRow' });
  assert.deepEqual(await result.json(), [{ site: 'a.com' }]);
});

test('a folder that is not a database is refused in one line', options, async (t) => {
  const folder = join(temporaryFolder(t), 'store');
  writeFileSync(folder, 'a file is in the way');
  await assert.rejects(Store.open({ setting: 'embedded', folder }), (error: Error) => {
    assert.equal('code' in error && error.code, 'data_dir_unusable');
    assert.ok(!error.message.includes('\n') && error.message.includes(folder));
    return true;
  });
});
