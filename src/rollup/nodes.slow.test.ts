/** Two nodes on one server, which runs one statement with a query id at a time, and rejects that of the other node. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, type TestContext, test } from 'node:test';
import { ClickHouseFront } from '../../test/fixtures/clickhouse-front.ts';
import { closeAfter, emptyStore } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { whenOver } from '../../test/fixtures/scope.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { assertVisits, storedVisits } from '../../test/fixtures/visit-recount.ts';
import { Store } from '../store/store.ts';
import { pause } from '../timing/pause.ts';
import { Rollups } from './rollups.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1, 12);
const DAYS = [{ site: 'a.example', day: '2026-11-01' }];
const options = { timeout: scaledTimeout(60_000) };
/** Milliseconds that another node's statement takes. */
const LONG = 300;

describe('while another node of the same server runs a statement', () => {
  let front: ClickHouseFront;
  let store: Store;
  let folder: string;

  before(async () => {
    folder = temporaryFolder(file);
    front = await ClickHouseFront.start();
    whenOver(file, () => front.close());
    store = await Store.open({ setting: front.url, folder });
    closeAfter(file, store);
  });
  beforeEach(() => emptyStore(store));

  /** Rollups with three batches that they have not rolled up. */
  async function opened(t: TestContext, mostHits?: number): Promise<Rollups> {
    const rollups = new Rollups(store, mostHits === undefined ? {} : { mostHits });
    whenOver(t, () => rollups.close());
    for (const number of [0, 1, 2]) {
      const hits = [0, 10, 50].map((minutes) =>
        hitOf({ site: 'a.example', time: START + (minutes + number) * MINUTE, visitorLow: number }),
      );
      await store.deliver(segmentOf(folder, (BigInt(START + number) << 22n) | 7n, hits));
    }
    return rollups;
  }

  /** Fails if work ends while the query id is in use, or does not end soon after that. */
  async function assertWaitsFor(name: string, work: () => Promise<unknown>): Promise<void> {
    const free = front.occupy(name);
    const running = work().then(() => 'has ended');
    try {
      assert.equal(await Promise.race([running, pause(LONG).then(() => 'waits')]), 'waits', name);
    } finally {
      free();
    }
    await running;
  }

  test('a step waits for its end, and then has all hits', options, async (t) => {
    const rollups = await opened(t);
    await assertWaitsFor('hit-tracker-visits', () => rollups.visits.catchUp());
    await assertVisits(store);
    await assertWaitsFor('hit-tracker-last-seen', () => rollups.rollUp());
    assert.equal(await rollups.waiting(), 0);
  });

  test('a rebuild waits, and leaves no day without its visits or rollups', options, async (t) => {
    const rollups = await opened(t);
    await rollups.rollUp();
    const before = await storedVisits(store);
    assert.equal(before.length, 6);
    for (const name of ['hit-tracker-visits-repair', 'hit-tracker-visits'])
      await assertWaitsFor(name, () => rollups.visits.rebuild(DAYS));
    assert.deepEqual(await storedVisits(store), before);
    await assertWaitsFor('hit-tracker-visits-watermarks', () => rollups.visits.confirmRolledUp());
    const rolled =
      "SELECT by, toString(slot) AS slot, value, sum(r.hits) AS hits FROM rollups AS r WHERE by != '@'";
    const sums = () => front.rows(`${rolled} GROUP BY by, slot, value ORDER BY by, slot, value`);
    const rows = await sums();
    assert.notEqual(rows.length, 0);
    for (const name of ['hit-tracker-rollup-repair', 'hit-tracker-rollups'])
      await assertWaitsFor(name, () => rollups.rebuild(DAYS));
    assert.deepEqual(await sums(), rows);
  });

  test('closing ends the wait', options, async (t) => {
    const rollups = await opened(t);
    whenOver(t, front.occupy('hit-tracker-visits'));
    const step = rollups.visits.catchUp();
    step.catch(() => undefined);
    await pause(LONG);
    await rollups.close();
    await assert.rejects(step, { code: 'store_unavailable', message: /is already running/ });
  });

  test('closing waits for the running step, and no other follows', options, async (t) => {
    const rollups = await opened(t, 3);
    const begun = front.seen(/^INSERT INTO visits/m);
    const steps = rollups.visits.catchUp();
    steps.catch(() => undefined);
    await begun;
    await rollups.close();
    const sent = front.statements.length;
    assert.equal((await rollups.visits.watermarks()).get(7), (BigInt(START) << 22n) | 7n);
    await assert.rejects(steps, { code: 'interrupted' });
    await assert.rejects(rollups.visits.rebuild(DAYS), { code: 'interrupted' });
    assert.deepEqual(
      front.statements.slice(sent).filter((text) => !/^(--.*\n)*\s*SELECT/.test(text)),
      [],
    );
  });
});
