import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { hitOf } from '../../test/fixtures/hit.ts';
import { killedAfter } from '../../test/fixtures/killed-client.ts';
import { onlyWithMoreRounds, rounds, spread } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { assertVisits, storedHits, storedVisits, visitsOf } from '../../test/fixtures/visit-recount.ts';
import { readCutoffs } from '../retention/cutoffs.ts';
import { Rollups } from '../rollup/rollups.ts';
import { Store } from '../store/store.ts';
import { Clients } from './clients.ts';
import { migrate } from './migrate.ts';
import { migrations } from './sql.ts';

const options = { timeout: scaledTimeout(600_000) };
/** More than a conversion has. */
const STATEMENTS = 60;
const HITS = 3000;
const WRITER = 7n;
const batch = (number: number) => (BigInt(number) << 22n) | WRITER;
const ROLLED_UP = `h.batch <= ${batch(2)}`;
const STEPS = migrations();
const VISITS = STEPS.find(({ name }) => name === 'visits')!.version;
/** What is older of p.example is purged. */
const CUTOFF = '2026-05-11';

/** A store as the version before visits left it: two batches that are rolled up, and one that is not. */
async function older(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const clients = Clients.embedded(join(folder, 'store'));
  const command = (query: string) => clients.writer.command({ query });
  await migrate(clients.writer, { steps: STEPS.filter(({ version }) => version < VISITS) });
  for (const number of [1, 2, 3]) {
    // A hit every few minutes over weeks; whole seconds, so that many have equal times.
    await command(`INSERT INTO hits (site, time, visitor, path, name, source, bot, batch)
      SELECT if(number % 5 = 0, 'p.example', 'a.example'),
        toDateTime64('2026-05-09 10:00:00', 3, 'UTC') + intDiv(number, 2) * 97, cityHash64(number, ${number}) % 20, concat('/', toString(number % 7)),
        multiIf(number % 11 = 0, 'signup', number % 11 = 1, 'engagement', 'pageview'), if(number % 3 = 0, 'google', ''), if(number % 13 = 0, 'Googlebot', ''), ${batch(number)}
      FROM numbers(${HITS})`);
    await command(`INSERT INTO batches (id, revision, kind, state, hits, first, last)
      SELECT ${batch(number)}, 1, 'live', '${number < 3 ? 'rolled_up' : 'delivered'}', count(), min(time), max(time) FROM hits WHERE batch = ${batch(number)}`);
  }
  await command(`INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
    SELECT '@', '', toDate(0), '${WRITER}', 0, toDateTime(0, 'UTC'), 0, bitmapBuild(emptyArrayUInt16()), 0, 0, ${batch(2)}`);
  await command(`INSERT INTO horizons SELECT 'p.example', 'hits', toDateTime('${CUTOFF} 00:00:00', 'UTC')`);
  await command(
    `ALTER TABLE hits DELETE WHERE site = 'p.example' AND time < '${CUTOFF} 00:00:00' AND batch <= ${batch(2)} SETTINGS mutations_sync = 1`,
  );
  await clients.close();
  return folder;
}

describe('a store of a version without visits', () => {
  test('has the visits of its hits, says how far it is, and goes on', options, async (t) => {
    const folder = await older(t);
    const lines: string[] = [];
    await using store = await Store.open({
      ...{ setting: 'embedded', folder: join(folder, 'store') },
      onProgress: (line) => lines.push(line),
    });
    const hits = await storedHits(store);
    const rolledUp = await storedHits(store, ROLLED_UP);
    assert.deepEqual(await storedVisits(store), visitsOf(rolledUp));
    assert.match(lines[1]!, new RegExp(`computing visits from ${rolledUp.length} hits, once`));
    assert.equal(lines.at(-1), `visits: ${rolledUp.length} of ${rolledUp.length} hits`);
    const { visits } = await readCutoffs(store);
    assert.deepEqual([...visits], [['p.example', Date.parse(`${CUTOFF}T00:00Z`)]]);

    await using rollups = new Rollups(store);
    assert.equal(await rollups.rollUp(), hits.length - rolledUp.length);
    await assertVisits(store);
    const late = hitOf({ site: 'a.example', time: Date.UTC(2026, 4, 10, 3), visitorHigh: 0, visitorLow: 5 });
    await store.deliver(segmentOf(folder, batch(4), [late]));
    await rollups.rollUp();
    await assertVisits(store);
  });

  test('is converted before it has the columns of later versions', options, async (t) => {
    const folder = await older(t);
    const clients = Clients.embedded(join(folder, 'store'));
    const column = 'screen LowCardinality(String) CODEC(ZSTD)';
    const steps = STEPS.filter(({ version }) => version <= VISITS).map(({ statements, ...step }) => ({
      ...step,
      statements: statements.map((text) => text.replaceAll(/^.* screen LowCardinality.*\n/gm, '')),
    }));
    await migrate(clients.writer, { steps });
    for (const table of ['hits', 'visits'])
      await clients.writer.command({ query: `ALTER TABLE ${table} ADD COLUMN ${column}` });
    await clients.close();
    await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    assert.deepEqual(await storedVisits(store), visitsOf(await storedHits(store, ROLLED_UP)));
    await using rollups = new Rollups(store);
    await rollups.rollUp();
    await assertVisits(store);
  });

  test('is converted even if the conversion is killed at any statement', {
    ...options,
    skip: onlyWithMoreRounds(),
  }, async (t) => {
    const original = await older(t);
    for (const after of spread(rounds(STATEMENTS, 2), STATEMENTS)) {
      const folder = temporaryFolder(t);
      cpSync(original, folder, { recursive: true, verbatimSymlinks: true });
      const clients = Clients.embedded(join(folder, 'store'));
      const isWhole = await migrate(killedAfter(clients.writer, after), { steps: STEPS }).then(
        () => true,
        () => false,
      );
      await clients.close();
      await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
      const rolledUp = await storedHits(store, ROLLED_UP);
      assert.deepEqual(await storedVisits(store), visitsOf(rolledUp), `killed after ${after} statements`);
      await using rollups = new Rollups(store);
      await rollups.rollUp();
      await assertVisits(store, `killed after ${after} statements`);
      if (isWhole) break;
    }
  });
});
