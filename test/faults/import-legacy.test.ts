/** Logs that a version without a ledger imported, and whose hits were purged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/store.ts';
import { A_DAY, DAY, DAYS, LOG, openLogFolder, READABLE, START, timeOf } from '../fixtures/purged-log.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(240_000) };
/** Bytes of a chunk: the log has several. */
const PIECE = 20_000;
const again = { restorePurged: true };

/** Makes a store forget the batches of logs, like a store converted from an older version. */
async function withoutLedger(store: Store): Promise<void> {
  await using connection = store.dedicatedConnection();
  await connection.command('ALTER TABLE imports UPDATE batch = 0 WHERE true SETTINGS mutations_sync = 1');
  await connection.command('TRUNCATE TABLE batches');
  await connection.command(`INSERT INTO batches (id, kind, state, hits, first, last, revision)
    SELECT max(mark), 'legacy', 'rolled_up', 0, 0, 0, 0 FROM rollups WHERE by = '@' GROUP BY value`);
  store.ledger.reset();
}

test('a purged log of an earlier version is restored on request, once', options, async (t) => {
  const { db, take, purgeBefore, there, rolled, pages } = await openLogFolder(t, PIECE);
  const all = READABLE.length;
  await take(LOG);
  await db.rollups.rollUp();
  const before = await pages();
  const cutoff = START + 17 * DAY;
  const purged = await purgeBefore(cutoff);
  await withoutLedger(db.store);
  assert.deepEqual(await take(LOG), {
    ...{ read: LOG.length, imported: 0, already: LOG.length, maybe_purged: LOG.length },
  });
  assert.equal(await there(), all - purged);

  assert.equal((await take(LOG, again)).imported, purged);
  assert.deepEqual(await pages(), before);
  assert.equal(await rolled(), all);
  assert.equal(await db.rollups.waiting(), 0);
  // Figures that need individual hits are known again.
  const { totals } = await db.stats({ from: '2024-01-01', to: '2024-04-01', filter: 'path=/p3' });
  assert.equal(totals.hits, READABLE.filter((line) => line.includes('"GET /p3 ')).length);
  assert.equal((await take(LOG, again)).imported, 0);
  assert.deepEqual(await pages(), before);

  // All of it is purged, including restored hits.
  assert.equal(await purgeBefore(START + DAYS * DAY), all);
  assert.equal(await there(), 0);
  assert.equal((await take(LOG, again)).imported, all);
  assert.deepEqual(await pages(), before);
  assert.equal(await rolled(), all);
});

test('two concurrent imports restore a purged log of an earlier version once', options, async (t) => {
  const { db, take, purgeBefore, pages, rolled } = await openLogFolder(t, PIECE);
  await take(LOG);
  const before = await pages();
  await purgeBefore(START + DAYS * DAY);
  await withoutLedger(db.store);
  const taken = await Promise.all([take(LOG, again), take(LOG, again), take(LOG)]);
  assert.equal(
    taken.reduce((sum, { imported }) => sum + imported, 0),
    READABLE.length,
  );
  assert.deepEqual(await pages(), before);
  assert.equal(await rolled(), READABLE.length);
});

test('overlapping logs that were partly purged are restored, without duplicate lines', options, async (t) => {
  const { db, take, purgeBefore, hitsBy } = await openLogFolder(t, PIECE);
  const log = fc.record({
    first: fc.nat(DAYS * A_DAY - 40),
    lines: fc.integer({ min: 1, max: 500 }),
    isLate: fc.boolean(),
    site: fc.constantFrom('a', 'b'),
  });
  const orders = fc.array(fc.nat(3), { maxLength: 8 });
  let run = 0;
  let backs = 0;
  let exact = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(log, { minLength: 2, maxLength: 4 }), orders, async (drawn, order) => {
      run++;
      const logs = drawn.map(({ first, lines, isLate, site }) => ({
        ...{ isLate, site: `${site}.run${run}.example` },
        lines: LOG.slice(first, first + lines),
      }));
      const wanted: string[] = [];
      for (const late of [false, true]) {
        for (const { lines, site } of logs.filter(({ isLate }) => isLate === late)) {
          const own = lines.filter((line) => READABLE.includes(line));
          const { imported } = await take(lines, { site });
          // Of two logs that begin with the same line, one continues where the other ends.
          fc.pre(imported === own.length);
          wanted.push(...own.map((line) => `${site} ${timeOf(line)}`));
        }
        if (!late) await purgeBefore(START + 20 * DAY);
      }
      await db.rollups.rollUp();
      await withoutLedger(db.store);
      for (const place of [...order, 0, 1, 2, 3]) {
        const { lines = [], site = '' } = logs[place] ?? {};
        if (site !== '') backs += (await take(lines, { site, ...again })).imported;
      }
      const all = await hitsBy("concat(toString(site), ' ', toString(toUnixTimestamp64Milli(time)))");
      const own = all.filter((hit) => hit.includes(`.run${run}.`));
      // If two logs have a line, it is unknown whose line is stored: it may come back only once.
      assert.deepEqual([...new Set(own)], [...new Set(wanted.sort())], 'no line is missing');
      const counts = Map.groupBy(wanted, (hit) => hit);
      for (const [hit, there] of Map.groupBy(own, (each) => each)) {
        assert.ok(there.length <= counts.get(hit)!.length, `${hit} is there too often`);
      }
      if (counts.size === wanted.length) exact++;
    }),
    { seed: 7, numRuns: rounds(40, 3, 6), endOnFailure: true },
  );
  assert.ok(backs > 100 && exact > 0, `${backs} came back, ${exact} times without an overlap`);
});
