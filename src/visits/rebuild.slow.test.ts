import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawnVisitHit } from '../../test/fixtures/drawn-visit-hit.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { type Scope, whenOver } from '../../test/fixtures/scope.ts';
import { assertVisits, storedVisits } from '../../test/fixtures/visit-recount.ts';
import { overlappingVisits, recountVisits } from './recount.ts';
import { Visits } from './visits.ts';

const MINUTE = 60_000;
/** The day before has hits up to its end, so that visits go over midnight. */
const MIDNIGHT = Date.UTC(2026, 10, 1);
const DAYS = ['2026-10-31', '2026-11-01', '2026-11-02'] as const;
const SITES = ['a.example', 'b.example'] as const;

/** Hits of three days that are close around midnight, and far from it. */
const sent = drawnVisitHit({
  site: fc.constantFrom(...SITES),
  visitorLow: fc.nat(3),
  time: fc.oneof(
    fc.nat(24).map((n) => MIDNIGHT + (n - 12) * 10 * MINUTE),
    fc.nat(24).map((n) => MIDNIGHT + 1440 * MINUTE + (n - 12) * 10 * MINUTE),
    fc.nat(100).map((n) => MIDNIGHT + (n - 50) * 25 * MINUTE),
  ),
});

/** How rows of visits are lost: the state before a step comes back, or nothing. */
const lost = fc.constantFrom(
  ...['rand() % 2 = 0', 'version = 1', 'version > 1', 'deleted = 1', "site = 'a.example'", 'true'].map(
    (which) => `site != '' AND ${which}`,
  ),
  // With watermarks.
  'true',
);

const course = fc.record({
  batches: fc.array(fc.array(sent, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 6 }),
  lost,
  mostHits: fc.constantFrom(6, 1000),
});

const rolled = await rolledStore(file);

async function opened(t: Scope) {
  const made = await rolled(t);
  const { store, command } = made;
  const engine = { rows: <Row>(text: string) => store.rowsOf<Row>(text, {}) };
  const clear = async () => {
    for (const table of ['hits', 'visits', 'rollups', 'batches', 'horizons'])
      await command(`TRUNCATE TABLE ${table}`);
    store.ledger.reset();
  };
  const different = async () =>
    (await recountVisits(engine, 'known')).filter(({ counted, stored }) => counted !== stored);
  return { ...made, engine, clear, different };
}

describe('the recount of visits', () => {
  test('finds no fault in whole visits, and what is lost, which is then computed again', async (t) => {
    const { store, rollups, command, deliver, engine, clear, different } = await opened(t);
    let time = MIDNIGHT;
    await fc.assert(
      fc.asyncProperty(course, async ({ batches, lost, mostHits }) => {
        await clear();
        for (const hits of batches) {
          await deliver((BigInt(++time) << 22n) | 1n, hits);
          await rollups.rollUp();
        }
        await assertVisits(store);
        assert.deepEqual(await different(), []);
        assert.deepEqual(await overlappingVisits(engine), []);

        await command(`ALTER TABLE visits DELETE WHERE ${lost} SETTINGS mutations_sync = 1`);
        const visits = new Visits(store, mostHits);
        await visits.catchUp();
        const days = [...(await different()), ...(await overlappingVisits(engine))];
        await visits.rebuild(days);
        assert.deepEqual(await different(), []);
        assert.deepEqual(await overlappingVisits(engine), []);
        await assertVisits(store);
      }),
      { seed: 11, numRuns: rounds(1000, 1, 10), endOnFailure: true },
    );
  });

  test('leaves visits alone that begin on other days, with their purged hits', async (t) => {
    const { store, rollups, command, deliver } = await opened(t);
    const at = (minutes: number, visitorLow = 1) =>
      hitOf({ site: SITES[0], time: MIDNIGHT + minutes * MINUTE, visitorHigh: 0, visitorLow });
    await deliver((BigInt(MIDNIGHT) << 22n) | 1n, [
      at(-20),
      at(-5),
      at(5),
      at(100),
      at(1430),
      at(1450),
      at(1500),
    ]);
    await rollups.rollUp();
    const before = await storedVisits(store);
    assert.equal(before.length, 4);
    await command(
      `ALTER TABLE hits DELETE WHERE time < toDateTime64('2026-11-01 00:00:00', 3, 'UTC') SETTINGS mutations_sync = 1`,
    );
    await rollups.visits.rebuild([{ site: SITES[0], day: DAYS[1] }]);
    assert.deepEqual(await storedVisits(store), before);
    await rollups.visits.rebuild([
      { site: SITES[0], day: DAYS[2] },
      { site: SITES[0], day: DAYS[1] },
    ]);
    assert.deepEqual(await storedVisits(store), before);
  });

  test('is of no purged day, and counts hits of the first day in visits that began before', async (t) => {
    const { store, rollups, command, deliver, different } = await opened(t);
    const hits = [-20, -5, 5, 100].map((minutes) =>
      hitOf({ site: SITES[0], time: MIDNIGHT + minutes * MINUTE, visitorHigh: 0, visitorLow: 1 }),
    );
    await deliver((BigInt(MIDNIGHT) << 22n) | 1n, hits);
    await rollups.rollUp();
    await command(
      `ALTER TABLE hits DELETE WHERE time < toDateTime64('2026-11-01 00:00:00', 3, 'UTC') SETTINGS mutations_sync = 1`,
    );
    assert.deepEqual(await different(), [{ site: SITES[0], day: DAYS[0], counted: 3, stored: 1 }]);
    await store.execute('purge_insert_horizons', {
      ...{ kind: 'hits', sites: [SITES[0]], seconds: [MIDNIGHT / 1000] },
    });
    assert.deepEqual(await different(), []);
  });

  test('fills in hits that came back, and were never in the visits', async (t) => {
    const { store, rollups, command, deliver } = await opened(t);
    const batch = (BigInt(MIDNIGHT) << 22n) | 1n;
    const hits = [-20, -5, 5, 100].map((minutes) =>
      hitOf({ site: SITES[0], time: MIDNIGHT + minutes * MINUTE, visitorHigh: 0, visitorLow: 1 }),
    );
    await deliver(batch, hits);
    await rollups.rollUp();
    // As if the visits had been computed while these hits were purged.
    whenOver(t, async () => {
      await command('DROP TABLE copy');
    });
    await command('CREATE TABLE copy ENGINE = MergeTree ORDER BY time AS SELECT * FROM hits');
    await command(
      `ALTER TABLE hits DELETE WHERE time < toDateTime64('2026-11-01 00:00:00', 3, 'UTC') SETTINGS mutations_sync = 1`,
    );
    await command("ALTER TABLE visits DELETE WHERE site != '' SETTINGS mutations_sync = 1");
    await rollups.visits.rebuild([{ site: SITES[0], day: DAYS[1] }]);
    await assertVisits(store);
    await command(
      `INSERT INTO hits SELECT * FROM copy WHERE time < toDateTime64('2026-11-01 00:00:00', 3, 'UTC')`,
    );
    await rollups.countRestored([batch]);
    await assertVisits(store);
    assert.equal((await storedVisits(store)).length, 2);
    const before = await storedVisits(store);
    await rollups.countRestored([batch]);
    assert.deepEqual(await storedVisits(store), before);
  });
});
