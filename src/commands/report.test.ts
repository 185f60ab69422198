import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readSettings } from '../config.ts';
import { REPORT_SETTINGS } from '../settings/report.ts';
import { DBTracker } from '../trackers/db.ts';
import { report } from './report.ts';

/** The output of the command on its own folder. */
async function printed(data: string, ...args: string[]): Promise<string> {
  const { values, positionals } = readSettings(REPORT_SETTINGS, ['--data-dir', data, ...args], {});
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  await report.run(values, positionals, { stdin, stdout, stderr, interruption: () => AbortSignal.abort() });
  stdout.end();
  return text(stdout);
}

function folderOf(t: TestContext): string {
  return join(temporaryFolder(t), 'data');
}

describe('a report', () => {
  for (const [args, said] of [
    [['--filter', 'age=7'], /filter "age=7" has an unknown dimension: use path/],
    [
      ['--filter', 'path=/a', '--filter', '/blog/*'],
      /filter "\/blog\/\*" is not a filter such as path=\/blog\/\*/,
    ],
    [['--metrics', 'views'], /metrics\[0\] "views" is unknown: use visitors, visits, pageviews/],
    [['--by', 'contry'], /dimensions\[0\] "contry" is unknown: did you mean "country"/],
    [['--goal', 'signup'], /goal "signup" is unknown: these sites have no goals/],
    [['--filter', 'source is not Google'], /filter "source is not Google" has "is not": write is_not/],
    [['--order', 'visits', '--filter', 'path=/a'], /--filter "path=\/a" cannot be combined with a query/],
    [['--order', 'visits', '--limit', 'x'], /limit is not a whole number from 1 to 10000/],
    [['--order', 'vists'], /column "vists" is unknown: did you mean "visits"/],
    [['--compare', 'month'], /compare "month" is unknown: use previous, year/],
    [['--period', 'week'], /period "week" is unknown: use today, yesterday, 24h/],
    [['--period', '7d', '--timezone', 'Mars'], /timezone "Mars"/],
    [['--period', '7d', '--from', '2026-01-01'], /choose --period, or --from and --to/],
    [['--period', '7d', '--to', '2026-01-01'], /choose --period, or --from and --to/],
  ] as const) {
    it(`with invalid arguments is refused before anything is opened: ${args.join(' ')}`, async (t) => {
      const data = folderOf(t);
      await assert.rejects(printed(data, ...args), { exitCode: 2, message: said });
      assert.ok(!existsSync(data));
    });
  }

  for (const args of [
    ['--metrics', 'visits'],
    ['--metrics', 'pageviews'],
  ]) {
    it(`of a missing archive is rejected: ${args.join(' ')}`, {
      timeout: scaledTimeout(60_000),
    }, async (t) => {
      const data = folderOf(t);
      const missing = join(data, '..', 'mistyped');
      await assert.rejects(printed(data, '--period', '90d', '--archive', missing, ...args), {
        code: 'archive_failed',
        message: `there is no archive at ${missing}`,
      });
    });
  }

  it('of a misspelt folder is rejected, and does not create it', async (t) => {
    const data = folderOf(t);
    for (const args of [
      ['--metrics', 'visits'],
      ['--metrics', 'pageviews'],
    ])
      await assert.rejects(printed(data, ...args), { message: /^there is no data folder .*data: name it/ });
    assert.ok(!existsSync(data));
  });

  it('of a named period has its whole days', { timeout: scaledTimeout(60_000) }, async (t) => {
    const data = folderOf(t);
    await (await DBTracker.open({ dataDir: data })).close();
    const answer = JSON.parse(await printed(data, '--json', '--period', '7d', '--interval', 'day'));
    assert.match(`${answer.from} ${answer.to}`, /^\S+T00:00:00Z \S+T00:00:00Z$/);
    assert.equal(Date.parse(answer.to) - Date.parse(answer.from), 7 * 86_400_000);
    assert.equal(answer.series.length, 7);
    assert.ok(Date.parse(answer.to) <= Date.now());
  });
});
