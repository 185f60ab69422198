/** A broken part of a small table that others rely on: its missing rows are treated as unknown. */
import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repair } from '../../src/doctor/repair.ts';
import type { DBTracker } from '../../src/trackers/db.ts';
import { DAY, DAYS, LOG, openLogFolder, READABLE, START, timeOf } from '../fixtures/purged-log.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(120_000) };
const CUTOFF = START + 17 * DAY;
const PERIOD = { from: '2024-01-20', to: '2024-03-01' };
const ODD = { ...PERIOD, filter: 'path=/p3' };

/** Truncates all parts of a table, including replaced ones, while it is closed. */
async function damage(db: DBTracker, table: string): Promise<void> {
  await using connection = db.store.dedicatedConnection();
  await connection.command(`OPTIMIZE TABLE ${table} FINAL`);
  const parts = await connection.rows<{ path: string }>(
    `SELECT path FROM system.parts WHERE table = '${table}'`,
  );
  await connection.command(`DETACH TABLE ${table} SYNC`);
  for (const { path } of parts) truncateSync(join(path, 'data.bin'), 10);
  await connection.command(`ATTACH TABLE ${table}`);
  await db.store.guard.parts.inspect();
}

async function purgedLog(t: Parameters<typeof openLogFolder>[0]) {
  const log = await openLogFolder(t);
  await log.take(LOG);
  await log.purgeBefore(CUTOFF);
  return log;
}

function countOf(which: (line: string) => boolean, from: number): number {
  return READABLE.filter((line) => which(line) && timeOf(line) >= from).length;
}

test(
  'a lost record of purges makes purged days unknown, not empty, and stops further purges',
  options,
  async (t) => {
    const { db, dataDir, purgeBefore } = await purgedLog(t);
    await damage(db, 'horizons');
    assert.equal((await db.stats(ODD)).totals.hits, null);
    assert.equal((await db.stats(PERIOD)).totals.hits, READABLE.length);
    await assert.rejects(purgeBefore(START + DAYS * DAY), {
      code: 'store_unavailable',
      message: /part of the table "horizons", .*is broken/,
    });

    const { store, rollups, spool } = db;
    const archives = undefined as never;
    const repairs = await repair({
      store,
      rollups,
      spool,
      archives,
      archive: undefined,
      dataDir,
    });
    assert.ok(
      repairs.some(({ what }) => /recovered for 1 sites/.test(what)),
      JSON.stringify(repairs),
    );
    const { series, purged_before } = await db.stats({ ...ODD, interval: 'day' });
    assert.equal(purged_before, new Date(CUTOFF).toISOString().replace('.000Z', 'Z'));
    assert.equal(
      series.reduce((sum, { hits }) => sum + (hits ?? 0), 0),
      countOf((line) => line.includes('"GET /p3 '), CUTOFF),
    );
  },
);

test('lost rollups make purged days unknown, not empty', options, async (t) => {
  const { db } = await purgedLog(t);
  await damage(db, 'rollups');
  for (const words of [PERIOD, ODD]) assert.equal((await db.stats(words)).totals.hits, null);
  const later = { ...PERIOD, from: new Date(CUTOFF).toISOString() };
  assert.equal(
    (await db.stats(later)).totals.hits,
    countOf(() => true, CUTOFF),
  );
});
