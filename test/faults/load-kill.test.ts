/**
 * A busy server is killed: hits arrive, a log is imported, and stored hits are rolled up, all at once. After each kill it
 * is restarted. In the end every acknowledged hit and every line is counted once, both in the hits and in the
 * rollups.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient } from '../../src/commands/control-client.ts';
import type { ImportSummary } from '../../src/logs/summary.ts';
import { readSelection } from '../../src/query/selection.ts';
import { sites } from '../../src/query/sites.ts';
import { stats } from '../../src/query/stats.ts';
import { DBTracker } from '../../src/trackers/db.ts';
import { FIREFOX } from '../fixtures/any-server.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { CONNECTIONS, Load, randomNumbers } from '../fixtures/hit-load.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { Lines } from '../fixtures/shelf.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const ROUNDS = rounds(100, 2, 10);
/** Lines of the log of a round. */
const LINES = rounds(20_000, 8_000);
const LOG_SITE = 'log.test';
const ALL = { from: '2020-01-01', to: '2199-01-01', bots: 'include' };

/** The log of a round: over months, so that its batches have several parts. */
function logOf(round: number): string {
  const agent = `${FIREFOX} ${'x'.repeat(150)}`;
  return Array.from({ length: LINES }, (_, line) => {
    const month = ['Aug', 'Sep', 'Oct', 'Nov'][line % 4];
    const time = `1${line % 9}/${month}/2026:0${line % 10}:00:00 +0000`;
    return `192.0.2.${line % 250} - - [${time}] "GET /line-${round}-${line} HTTP/1.1" 200 5 "-" "${agent}"\n`;
  }).join('');
}

/** Imports the log of a round into a server. @returns undefined if the server was killed meanwhile */
async function importLog(dataDir: string, round: number): Promise<ImportSummary | undefined> {
  let summary: ImportSummary | undefined;
  const control = await ControlClient.connect(dataDir);
  const log = Readable.from([Buffer.from(logOf(round))]);
  await control
    ?.post(`/control/import?site=${LOG_SITE}&format=combined&keep=true`, log, (line) => {
      summary ??= line.summary as ImportSummary | undefined;
    })
    .catch(() => undefined);
  return summary;
}

/** A purge that deletes nothing ensures that everything is in the store and rolled up. */
async function rollUp(dataDir: string): Promise<boolean> {
  const control = await ControlClient.connect(dataDir);
  if (!control) return false;
  return control
    .post('/control/purge?dry_run=true', Readable.from([]), () => undefined)
    .then(
      () => true,
      () => false,
    );
}

async function keepRollingUp(dataDir: string): Promise<void> {
  while (await rollUp(dataDir));
}

/** Hits by path of a site. */
async function countsOf(db: DBTracker, site: string): Promise<Map<string, number>> {
  const rows = await db.store.rows<{ value: string; hits: string | number }>('top', {
    ...{
      site,
      from: 0,
      to: Date.UTC(2199, 0),
      bots: 'include',
      status: [],
      classes: [],
      by: 'path',
      limit: 10_000_000,
    },
  });
  return new Map(rows.map(({ value, hits }) => [value, Number(hits)]));
}

test(`a server that is killed ${ROUNDS} times, under load, beside an import and rollups, counts each hit once`, {
  timeout: scaledTimeout(3_600_000),
}, async (t) => {
  const dataDir = join(temporaryFolder(t), 'data');
  const random = randomNumbers(20261129);
  const load = new Load();
  let slowest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await using server = await RunningServer.start(dataDir);
    if (round > 0) slowest = Math.max(slowest, Math.round(performance.now() - started));
    const work = [load.run(server.port), keepRollingUp(dataDir)];
    // An import that the last kill interrupted is run again, to its end.
    if (round > 0) {
      const again = await importLog(dataDir, round - 1);
      assert.equal(again && again.imported + again.already, LINES);
    }
    work.push(importLog(dataDir, round).then(() => undefined));
    await sleep(20 + 600 * random.next().value);
    server.child.kill('SIGKILL');
    await Promise.all([...work, server.ended]);
  }
  let live: { hits: number };
  {
    await using server = await RunningServer.start(dataDir);
    const again = await importLog(dataDir, ROUNDS - 1);
    assert.equal(again && again.imported + again.already, LINES);
    assert.ok(await rollUp(dataDir));
    live = await server.total('kill.test');
    await server.stop();
  }

  await using db = await DBTracker.open({ dataDir, log: new Lines() });
  assert.equal(await db.rollups.waiting(), 0, 'hits that are not rolled up');
  const [hits, lines] = [await countsOf(db, 'kill.test'), await countsOf(db, LOG_SITE)];
  const sent = Array.from({ length: ROUNDS }, (_, round) => round).flatMap((round) =>
    Array.from({ length: LINES }, (_, line) => `/line-${round}-${line}`),
  );
  const lost = [
    ...[...load.acknowledged].filter((path) => !hits.has(path)),
    ...sent.filter((path) => !lines.has(path)),
  ];
  const doubled = [...hits, ...lines].filter(([, count]) => count > 1);
  reportFault(t, {
    fault: 'kill -9 beside an import and rollups',
    caused: 'a server under load, which imports and rolls up, killed at random moments and started again',
    times: ROUNDS,
    acknowledged: load.acknowledged.size + sent.length,
    stored: hits.size + lines.size,
    ...{ lost: lost.length, doubled: doubled.length, recovery: slowest },
  });
  assert.deepEqual(lost, [], 'acknowledged and lost');
  assert.deepEqual(doubled, [], 'counted twice');
  assert.ok(load.acknowledged.size > 20 * ROUNDS);
  // Hits in flight at a kill may be stored without an answer.
  assert.ok(hits.size <= load.acknowledged.size + ROUNDS * CONNECTIONS);
  assert.equal(live.hits, hits.size, 'live counts are those of the store');

  // From rollups alone, even with few hits.
  const source = { store: db.store, maxScannedHits: -1 };
  for (const [site, count] of [
    ['kill.test', hits.size],
    [LOG_SITE, lines.size],
  ] as const) {
    const selection = readSelection({ ...ALL, site, bots: 'exclude' });
    const answer = await stats(source, selection, { interval: 'month', timezone: 'UTC' });
    assert.ok(answer.error, 'from rollups');
    assert.equal(answer.totals.hits, count, `${site}, from rollups`);
    const summary = (await sites(source)).find((each) => each.site === site);
    assert.equal(summary?.hits, count, `${site}, in the list of sites`);
  }
});
