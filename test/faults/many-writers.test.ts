/** Each import and each start of a server is a writer, whose watermark stays: a store has thousands after some years. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrate } from '../../src/clickhouse/migrate.ts';
import { migrations } from '../../src/clickhouse/sql.ts';
import { Rollups } from '../../src/rollup/rollups.ts';
import { openClients, openStore } from '../fixtures/embedded-store.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisits, storedVisits } from '../fixtures/visit-recount.ts';

const WRITERS = 3000;
const START = Date.UTC(2026, 4, 9, 10);
const STEPS = migrations();
const VISITS = STEPS.find(({ name }) => name === 'visits')!.version;
/** SQL: a batch of each writer, of as many as there are. @param round batches of a later round are later */
const batch = (round: number) => `bitShiftLeft(toUInt64(${START + round}), 22) + number`;

test('a store with thousands of writers is converted, takes steps, rolls up and rebuilds', {
  timeout: scaledTimeout(240_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const clients = openClients(t, join(folder, 'store'));
  const command = (query: string) => clients.writer.command({ query });
  /** A hit of each writer, of 100 visitors, every ten seconds. */
  const addHits = async (round: number) => {
    await command(`INSERT INTO hits (site, time, visitor, path, name, batch)
      SELECT 'a.example', fromUnixTimestamp64Milli(toInt64(${START + round * 3_600_000}) + number * 10000, 'UTC'), number % 100, '/', 'pageview', ${batch(round)}
      FROM numbers(${WRITERS})`);
    await command(`INSERT INTO batches (id, revision, kind, state, hits, first, last)
      SELECT ${batch(round)}, 1, 'import', '${round === 0 ? 'rolled_up' : 'delivered'}', 1, now64(3), now64(3) FROM numbers(${WRITERS})`);
  };
  await migrate(clients.writer, { steps: STEPS.filter(({ version }) => version < VISITS) });
  await addHits(0);
  await command(`INSERT INTO rollups (by, site, month, value, key, slot, hits, visitors, first, last, mark)
    SELECT '@', '', toDate(0), toString(number), 0, toDateTime(0, 'UTC'), 0, bitmapBuild(emptyArrayUInt16()), 0, 0, ${batch(0)}
    FROM numbers(${WRITERS})`);

  const store = await openStore(t, folder);
  await assertVisits(store);
  await using rollups = new Rollups(store);
  assert.equal((await rollups.visits.watermarks()).size, WRITERS);
  await addHits(1);
  store.ledger.reset();
  await rollups.visits.catchUp();
  await assertVisits(store);
  assert.equal(await rollups.rollUp(), WRITERS);
  const before = await storedVisits(store);
  const days = [{ site: 'a.example', day: '2026-05-09' }];
  await rollups.visits.rebuild(days);
  await rollups.rebuild(days);
  assert.deepEqual(await storedVisits(store), before);
  await rollups.visits.confirmRolledUp();
});
