import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawnVisitHit } from '../../test/fixtures/drawn-visit-hit.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { storedVisits, visitHitOf, visitsOf } from '../../test/fixtures/visit-recount.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { Hit } from '../hit/hit.ts';
import { Visits } from './visits.ts';

const rolled = await rolledStore(file);
const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 31, 23);

const sent = drawnVisitHit({
  site: fc.constantFrom('a.example', 'b.example'),
  visitorLow: fc.nat(2),
  // Minutes and their edges, so that silences of 30 minutes, a millisecond more and less, and equal times are common.
  time: fc
    .tuple(fc.nat(30), fc.constantFrom(-1, 0, 0, 0, 1))
    .map(([n, edge]) => START + n * 10 * MINUTE + edge),
});

const batches = fc.array(
  fc.record({
    writer: fc.integer({ min: 1, max: 2 }),
    hits: fc.array(sent, { minLength: 1, maxLength: 6 }),
    /** Whether the visits catch up after it. */
    catchesUp: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('visits', () => {
  test('are those of a plain recount, in whatever order and batches hits come', async (t) => {
    const { store, command, deliver } = await rolled(t);
    let time = START;
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 8 }), async (deliveries, mostHits) => {
        for (const table of ['hits', 'visits', 'batches']) await command(`TRUNCATE TABLE ${table}`);
        store.ledger.reset();
        const visits = new Visits(store, mostHits);
        const delivered: Hit[] = [];
        for (const { writer, hits, catchesUp } of deliveries) {
          const batch = (BigInt(++time) << 22n) | BigInt(writer);
          await deliver(batch, hits);
          delivered.push(...hits);
          if (catchesUp) await visits.catchUp();
        }
        await visits.catchUp();
        assert.deepEqual(await storedVisits(store), visitsOf(delivered.map(visitHitOf)));
      }),
      { seed: 7, numRuns: rounds(2000, 2, 30), endOnFailure: true },
    );
  });
});

test('a step with new hits reads few of the stored visits', async (t) => {
  const { command, rows } = await rolled(t);
  const visits = 200_000;
  const time = (seconds: string) => `fromUnixTimestamp64Milli(${START} + toInt64(${seconds}) * 1000, 'UTC')`;
  await command(`INSERT INTO visits (site, start, visitor, duration, batch, hits, version)
    SELECT 'a.example', ${time('number')}, number, 60000, 7, 1, 1 FROM numbers(${visits})`);
  await command(
    `INSERT INTO hits (site, time, visitor, batch) SELECT 'a.example', ${time(String(visits))}, 17, 7`,
  );
  const touched = queryText('visits_touched', { scope: 'batch = 7' });
  // The default of servers that do not use skipping indexes with FINAL.
  const settings = 'SETTINGS use_skip_indexes_if_final = 0';
  const found = await rows(
    `EXPLAIN ESTIMATE SELECT v.hits FROM visits AS v FINAL WHERE ${touched} ${settings}`,
  );
  // Database, table, parts, rows, marks.
  const read = Number(found.find(([, table]) => table === 'visits')?.[3]);
  assert.ok(read > 0 && read < visits / 5, `${read} rows`);
});

test('a purge deletes signals before its cutoff, even if a later page view has joined them', async (t) => {
  const { store, command, rows, deliver, rollups } = await rolled(t);
  const midnight = START + 60 * MINUTE;
  const at = (minutes: number, name: string) =>
    hitOf({
      ...{ site: 'a.example', time: midnight + minutes * MINUTE, visitorHigh: 0, visitorLow: 1 },
      ...(name === 'engagement' ? { name, engaged: 1000 } : { name }),
    });
  await command('SYSTEM STOP MERGES visits');
  await deliver((BigInt(midnight) << 22n) | 1n, [at(-10, 'engagement'), at(5, 'engagement')]);
  await rollups.visits.catchUp();
  await deliver((BigInt(midnight + 1) << 22n) | 1n, [at(10, 'pageview')]);
  await rollups.visits.catchUp();
  const isOlder = `v.finish < fromUnixTimestamp64Milli(${midnight}, 'UTC')`;
  const states = `SELECT max(${isOlder}) FROM visits AS v WHERE v.site != '' AND v.deleted`;
  const marked = await rows(`${states} GROUP BY v.start`);
  await command('SYSTEM START MERGES visits');
  assert.deepEqual(marked, [[0]]);
  assert.equal((await storedVisits(store)).length, 1);
});

test('a value with the separator of the texts of a first hit does not shift the others', async (t) => {
  const { deliver, rollups, rows } = await rolled(t);
  const hit = { site: 'a.example', visitorHigh: 1, visitorLow: 2, time: START, path: '/a\0b' };
  await deliver(1n, [{ ...hit, referrer: '\0https://x.example/\0', country: 'DE', browser: 'Firefox' }]);
  await rollups.visits.catchUp();
  assert.deepEqual(
    await rows("SELECT entry_page, referrer, country, browser, screen FROM visits WHERE site != ''"),
    [['/ab', 'https://x.example/', 'DE', 'Firefox', '']],
  );
});
