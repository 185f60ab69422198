/** Old hits with the real commands: archived, read, restored, purged. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type LogTotals, writeAccessLog } from '../../bench/access-log.ts';
import type { ArchiveSummary } from '../../src/archive/archiver.ts';
import type { RestoreSummary } from '../../src/archive/restorer.ts';
import type { Stats } from '../../src/query/answers.ts';
import type { Purged } from '../../src/retention/purge.ts';
import { Store } from '../../src/store/store.ts';
import { run } from '../fixtures/command-line.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const LINES = 3000;

describe('old hits', { timeout: scaledTimeout(300_000) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  const data = join(folder, 'data');
  const archive = join(folder, 'archive');
  let totals: LogTotals;

  /** The JSON output of a command on the data folder. */
  async function ask<Answer>(command: string, ...args: string[]): Promise<Answer> {
    const ended = await run([command, '--data-dir', data, '--json', ...args]);
    assert.equal(ended.code, 0, ended.stderr);
    return JSON.parse(ended.stdout) as Answer;
  }

  async function hits(...args: string[]): Promise<Record<string, number>> {
    const { series } = await ask<Stats>('report', '--interval', 'day', ...args);
    return Object.fromEntries(series.map((point) => [point.time.slice(0, 10), point.hits!]));
  }

  /** Disk usage of hits, including replaced parts. */
  async function bytesOnDisk(): Promise<number> {
    await using store = await Store.open({ setting: 'embedded', folder: join(data, 'store') });
    await using connection = store.dedicatedConnection();
    const [parts] = await connection.rows<{ bytes: string }>(
      "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE table = 'hits'",
    );
    return Number(parts!.bytes);
  }

  before(async () => {
    const log = join(folder, 'access.log');
    totals = await writeAccessLog(log, LINES, 3, Date.UTC(2024, 8, 1));
    await ask('import', '--site', 'example.com', log);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('can be archived and leave the store, and reports still include them', async () => {
    const wanted = await hits();
    assert.ok((await bytesOnDisk()) > 20_000);
    const dry = await ask<ArchiveSummary>('archive', '--to', archive, '--dry-run');
    const summary = await ask<ArchiveSummary>('archive', '--to', archive);
    assert.deepEqual([dry.rows, summary.rows, summary.waiting], [LINES, LINES, 0]);
    assert.deepEqual(readdirSync(archive), ['example.com']);
    assert.ok((await bytesOnDisk()) < 2000, 'also what was replaced is gone');
    assert.deepEqual(await hits('--archive', archive), wanted);
    assert.deepEqual(await hits(), wanted, 'rollups have them');
    assert.deepEqual(await hits('--archive', archive, '--bots', 'include'), totals.perDay);
  });

  it('are read, restored and purged beside a server', async () => {
    const server = await RunningServer.start(data, '--archive', archive, '--keep-hits', '400d');
    const day = Object.keys(totals.perDay)[0]!;
    const stats = await server.ask<Stats>('/api/v1/stats?bots=include');
    assert.equal(stats.totals.hits, LINES);
    const restored = await ask<RestoreSummary>(
      'restore',
      '--from',
      archive,
      '--from-day',
      day,
      '--to-day',
      day,
    );
    assert.equal(restored.rows, totals.perDay[day]);
    const again = await ask<RestoreSummary>('restore', '--from', archive);
    assert.deepEqual([again.rows, again.already], [LINES - restored.rows, restored.rows]);
    assert.equal(
      (await server.ask<Stats>('/api/v1/stats?bots=include')).totals.hits,
      LINES,
      'none is doubled',
    );
    const purged = await ask<Purged>('purge');
    assert.deepEqual(
      purged.hits.map(({ site, rows }) => [site, rows]),
      [['example.com', LINES]],
    );
    assert.deepEqual((await ask<Purged>('purge', '--dry-run')).hits, []);
    assert.equal((await server.ask<Stats>('/api/v1/stats?bots=include')).totals.hits, LINES);
    await server.stop();
  });

  it('need a valid archive', async () => {
    const missing = join(folder, 'missing');
    for (const args of [
      ['report', '--archive', missing],
      ['restore', '--from', missing],
    ]) {
      const { code, stderr } = await run([...args, '--data-dir', data]);
      assert.equal(code, 1);
      assert.equal(stderr, `hit-tracker: there is no archive at ${missing}\n`);
    }
    const { stdout } = await run(['archive', '--to', archive, '--data-dir', data]);
    assert.equal(stdout, 'Nothing is old enough to be archived.\n');
  });
});
