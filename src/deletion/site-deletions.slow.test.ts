import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertHasOnly } from '../../test/fixtures/deleted-site.ts';
import { emptyStore } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { interceptStatements } from '../../test/fixtures/intercepted-statements.ts';
import { randomHalves } from '../../test/fixtures/random.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { StatementFaults } from '../../test/fixtures/statement-faults.ts';
import type { Hit } from '../hit/hit.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { pendingDeletions, recordBegin } from './deletion.ts';
import { SiteDeletions } from './site-deletions.ts';

const rolled = await rolledStore(file);
const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 31, 22);
const DELETED = 'a.example';
const OTHER = 'b.example';
/** Deliveries are made by the tests. */
const spool = { flush: async () => undefined, pauseDelivery: <Result>(run: () => Promise<Result>) => run() };

const batch = (number: number, writer = 1) => (BigInt(START + number) << 22n) | BigInt(writer);

/** Hits of both sites over a month's end: visits that span batches and midnight, bots, events and signals. */
function hitsOf(number: number, half: () => number): Hit[] {
  const one = <Value>(values: readonly Value[]): Value => values[half() % values.length]!;
  const sites = [DELETED, OTHER];
  return Array.from({ length: 12 }, (_, i) => {
    const [name, engaged] = one([
      ['pageview', 0],
      ['pageview', 0],
      ['signup', 0],
      ['engagement', 5000],
    ] as const);
    return hitOf({
      ...{ site: sites[i % sites.length]!, path: one(['/', '/a', '/b']), name, engaged },
      ...{ visitorHigh: 0, visitorLow: half() % 4, bot: one(['', '', '', 'Googlebot']) },
      time: START + number * 20 * MINUTE + i * 1000,
    });
  });
}

const not = (site: string) => (hit: Hit) => hit.site !== site;

test('a deleted site leaves nothing, other sites keep everything, and later hits are of a new site', async (t) => {
  const { store, rollups, rows, deliver } = await rolled(t);
  const random = randomHalves(3);
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => START });
  const before: Hit[] = [];
  for (let number = 0; number < 12; number++) {
    const hits = hitsOf(number, random);
    before.push(...hits);
    await deliver(batch(number, 1 + (number % 2)), hits);
    if (number === 4) await rollups.rollUp();
  }
  const deleted = await deletions.delete(DELETED);
  const own = before.filter(({ site }) => site === DELETED);
  assert.equal(deleted?.hits, own.length);
  const rest = before.filter(not(DELETED));
  await assertHasOnly(store, rows, rest);
  assert.equal(await deletions.delete(DELETED), undefined);
  const after = hitsOf(13, random);
  await deliver(batch(13), after);
  await rollups.rollUp();
  await assertHasOnly(store, rows, [...rest, ...after]);
});

test('hits that come while a site is deleted stay, even if they are counted before it is', async (t) => {
  const { store, rollups, rows, deliver } = await rolled(t);
  const random = randomHalves(5);
  const before = [0, 1, 2].map((number) => hitsOf(number, random));
  for (const [number, hits] of before.entries()) await deliver(batch(number), hits);
  await rollups.rollUp();
  await recordBegin(store, { site: DELETED, requested: START, watermarks: await rollups.removable() });
  // One is rolled up, one is in the visits alone, one is in neither.
  const during = [3, 4, 5].map((number) => hitsOf(number, random));
  await deliver(batch(3), during[0]!);
  await rollups.rollUp();
  await deliver(batch(4), during[1]!);
  await rollups.visits.catchUp();
  await deliver(batch(5), during[2]!);
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => START });
  assert.deepEqual(await deletions.resume(), [DELETED]);
  await rollups.rollUp();
  await assertHasOnly(store, rows, [...before.flat().filter(not(DELETED)), ...during.flat()]);
});

test('says how many hits and visits it deleted, without those that are stored meanwhile', async (t) => {
  const { store, rollups, rows, deliver } = await rolled(t);
  const hitAt = (minute: number) =>
    hitOf({ site: DELETED, visitorHigh: 0, visitorLow: minute, time: START + minute * MINUTE });
  const [before, during] = [
    [hitAt(0), hitAt(1)],
    [hitAt(2), hitAt(3), hitAt(4)],
  ];
  await deliver(batch(0), before);
  let isDue = true;
  using _ = interceptStatements(async (asked, run) => {
    // As if an import delivered a batch just before the hits are counted.
    if (isDue && asked.query.includes('count() FROM rollups WHERE site')) {
      isDue = false;
      await deliver(batch(1), during);
      await rollups.visits.catchUp();
    }
    return run(asked);
  });
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => START });
  assert.deepEqual(await deletions.delete(DELETED), { site: DELETED, hits: 2, visits: 2 });
  await rollups.rollUp();
  await assertHasOnly(store, rows, during);
});

test('a purged site leaves no retention cutoff, and its purged hits are not missing', async (t) => {
  const { store, rollups, rows, command, deliver } = await rolled(t);
  const hits = hitsOf(0, randomHalves(7));
  await deliver(batch(0), hits);
  await rollups.rollUp();
  // As a purge leaves it, also with an exemption.
  for (const kind of ['hits', 'visits', 'kept'])
    await command(
      `INSERT INTO horizons SELECT '${DELETED}', '${kind}', toDateTime('2026-11-01 00:00:00', 'UTC')`,
    );
  await command(`ALTER TABLE hits DELETE WHERE site = '${DELETED}' SETTINGS mutations_sync = 1`);
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => START });
  assert.equal((await deletions.delete(DELETED))?.hits, 0);
  await assertHasOnly(store, rows, hits.filter(not(DELETED)));
  assert.deepEqual(await rows("SELECT site FROM horizons WHERE kind != 'deleted'"), []);
});

test('what a site has elsewhere is removed, and is enough for a site to exist', async (t) => {
  const { store, rollups } = await rolled(t);
  const kept = new Set<string>([DELETED]);
  const siteData = [
    { has: (site: string) => kept.has(site), removeSite: (site: string) => void kept.delete(site) },
  ];
  const deletions = new SiteDeletions({ store, spool, rollups, siteData, now: () => START });
  assert.deepEqual(await deletions.delete(DELETED), { site: DELETED, hits: 0, visits: 0 });
  assert.equal(kept.size, 0);
  assert.equal(await deletions.delete(DELETED), undefined);
});

test('a deletion that waits too long for other work does not begin', async (t) => {
  const { store, rollups, rows, deliver } = await rolled(t);
  const hits = hitsOf(0, randomHalves(9));
  await deliver(batch(0), hits);
  const queue = new SerialQueue();
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [], now: () => START, queue });
  const other = Promise.withResolvers<void>();
  const ended = queue.run(() => other.promise);
  const waiting = new AbortController();
  const deletion = deletions.delete(DELETED, waiting.signal);
  waiting.abort();
  await assert.rejects(deletion, { code: 'overloaded', message: /^hits are being purged, archived/ });
  other.resolve();
  await ended;
  await queue.ended();
  await rollups.rollUp();
  assert.deepEqual(await rows('SELECT 1 FROM deletions'), []);
  await assertHasOnly(store, rows, hits);
});

test('a deletion that ends at any statement has not begun, or is completed by the next start', async (t) => {
  const { store, rollups, rows, deliver } = await rolled(t);
  using faults = new StatementFaults();
  const steps = rounds(1000, 6, 6);
  let isOver = false;
  for (let at = 0, number = 0; !isOver && at < steps; at++) {
    for (const kind of ['before', 'after'] as const) {
      const random = randomHalves(number);
      const hits = [hitsOf(number++, random), hitsOf(number++, random)].flat();
      await emptyStore(store);
      await deliver(batch(number), hits);
      await rollups.rollUp();
      const options = { store, spool, rollups, siteData: [], now: () => START + number };
      faults.arm({ at: steps < 100 ? at * 5 : at, kind, dies: true });
      const failed = await new SiteDeletions(options).delete(DELETED).then(
        () => false,
        () => true,
      );
      await faults.ended();
      isOver = faults.isArmed;
      faults.lift();
      store.ledger.reset();
      const hasBegun = (await pendingDeletions(store)).length > 0;
      if (hasBegun) await new SiteDeletions(options).resume();
      await rollups.rollUp();
      const isGone = hasBegun || !failed || (await rows('SELECT 1 FROM deletions')).length > 0;
      await assertHasOnly(store, rows, isGone ? hits.filter(not(DELETED)) : hits);
    }
  }
});
