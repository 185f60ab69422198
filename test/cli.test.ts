/** The commands on a command line. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type LogTotals, writeAccessLog } from '../bench/access-log.ts';
import { importLogs } from '../src/commands/import.ts';
import type { TotalSummary } from '../src/commands/import-summary.ts';
import { report } from '../src/commands/report.ts';
import type { Stats, Top } from '../src/index.ts';
import { SERVE_SETTINGS } from '../src/settings/serve.ts';
import { assertFailed, type Ended, Program, run } from './fixtures/command-line.ts';
import { typed } from './fixtures/typed-command.ts';

type Report = Stats & { tops: Record<string, Top['rows']> };

const LINES = 5000;

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function assertGood({ code, stderr }: Ended): void {
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
}

describe('the program', { concurrency: 2 }, () => {
  it('lists its commands with --help, and if no command is given', async () => {
    const help = await run(['--help']);
    assertGood(help);
    for (const command of ['serve', 'import', 'report'])
      assert.match(help.stdout, new RegExp(`^ {2}${command} `, 'm'));
    const none = await run([]);
    assert.equal(none.code, 2);
    assert.equal(none.stdout, help.stdout);
    assert.equal(none.stderr, 'hit-tracker: name a command\n');
  });

  it('lists every flag of a command with its default', async () => {
    const help = await run(['serve', '--help']);
    assertGood(help);
    for (const flag of Object.keys(SERVE_SETTINGS)) {
      assert.match(help.stdout, new RegExp(`^ {2}--${flag} `, 'm'));
    }
    assert.match(help.stdout, /--port PORT .*\[5000\]/);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    const told = await run(['--version']);
    assertGood(told);
    assert.equal(told.stdout, `${version}\n`);
  });

  it('refuses an unknown command, and names the one that is meant or all of them', async () => {
    assertFailed(await run(['conserve']), 2, /no command "conserve": did you mean "serve"\?/);
    assertFailed(await run(['toString']), 2, /no command "toString": use serve, import, report/);
  });
});

describe('import and report', () => {
  let data = '';
  let log = '';
  let totals: LogTotals;
  before(async () => {
    data = join(folder, 'data');
    log = join(folder, 'access.log');
    totals = await writeAccessLog(log, LINES, 3, Date.UTC(2024, 8, 1));
  });

  const summaryOf = (ended: Ended) => {
    assertGood(ended);
    return JSON.parse(ended.stdout) as TotalSummary;
  };
  const flags = () => ['--json', '--data-dir', data, '--site', 'example.com'];
  const importing = async (args: readonly string[]) =>
    summaryOf(await typed(importLogs, [...flags(), ...args]));
  const reporting = (...args: string[]) => typed(report, ['--data-dir', data, ...args]);

  it('a log is imported once: as a file, compressed, and through a pipe', async () => {
    const first = summaryOf(await run(['import', ...flags(), log]));
    assert.deepEqual(Object.keys(first), [
      ...['lines', 'imported', 'failed', 'already', 'seconds', 'lines_per_second', 'failures'],
    ]);
    assert.ok(first.seconds > 0 && first.lines_per_second > 0);
    const { seconds: _, lines_per_second: __, ...counts } = first;
    assert.deepEqual(counts, { lines: LINES, imported: LINES, failed: 0, already: 0, failures: [] });
    const zipped = gzipSync(await readFile(log));
    const packed = join(folder, 'access.log.gz');
    await writeFile(packed, zipped);
    const piped = summaryOf(await run(['import', ...flags(), '-'], zipped));
    for (const again of [await importing([log, packed]), piped]) {
      assert.equal(again.imported, 0);
      assert.equal(again.already, again.lines);
    }
  });

  it('the report matches the log', async () => {
    const days = async (bots: string) => {
      const ended = await reporting('--json', '--interval', 'day', '--bots', bots);
      assertGood(ended);
      const report = JSON.parse(ended.stdout) as Report;
      return {
        hits: report.totals.hits,
        perDay: Object.fromEntries(report.series.map(({ time, hits }) => [time.slice(0, 10), hits])),
        dailyVisitors: report.series.reduce((sum, { visitors }) => sum + visitors!, 0),
        tops: Object.keys(report.tops),
      };
    };
    const tops = ['path', 'source', 'country', 'browser'];
    const { perDay, dailyVisitors, humanPerDay, humanDailyVisitors } = totals;
    assert.deepEqual(await days('include'), { hits: LINES, perDay, dailyVisitors, tops });
    assert.deepEqual(await days('exclude'), {
      ...{ hits: totals.humanLines, perDay: humanPerDay, dailyVisitors: humanDailyVisitors, tops },
    });
  });

  it('the report is a table that fits 80 columns', async () => {
    const path = `/${'very-long-'.repeat(30)}\u{1f600}`;
    const line = `192.0.2.1 - - [01/Sep/2024:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "Firefox/140.0"\n`;
    const { code, stderr } = await typed(importLogs, [...flags(), '-'], { input: line.repeat(5000) });
    assert.equal(code, 0);
    assert.match(stderr, /^Warning: standard input: 100 % of hits come from the client 192\.0\.2\.1/);
    const ended = await reporting('--bots', 'include');
    assertGood(ended);
    const lines = ended.stdout.trimEnd().split('\n');
    for (const each of lines) assert.ok(each.length <= 80, each);
    assert.match(ended.stdout, /^total +10,000 +[\d,]+$/m);
    assert.match(ended.stdout, /^path +hits +visitors$/m);
    assert.match(ended.stdout, /^\/very-long-.*… +5,000 +1$/m);
  });

  it('the report can be CSV: of the series, or of a ranking', async () => {
    const series = await reporting('--csv', '--interval', 'day', '--to', '2024-09-03');
    assertGood(series);
    assert.match(
      series.stdout,
      /^time,hits,visitors\r\n2024-09-01T00:00:00Z,\d+,\d+\r\n2024-09-02T00:00:00Z,\d+,\d+\r\n$/,
    );
    const ranking = await reporting('--csv', '--by', 'browser', '--limit', '2');
    assertGood(ranking);
    assert.match(ranking.stdout, /^value,hits,visitors\r\n(?:[^,\r\n]+,\d+,\d+\r\n){2}$/);
  });

  it('a closed pipe is not an error', async () => {
    const program = new Program(['report', '--data-dir', data, '--csv', '--interval', 'hour']);
    program.child.stdout!.destroy();
    const { code, stderr } = await program.ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
  });

  it('an unreadable line is named, and does not stop the import', async () => {
    const ended = await typed(importLogs, [...flags(), '-'], {
      input: 'nonsense\n192.0.2.1 - - [yesterday] "GET"\n',
    });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /standard input: no line was imported\./);
    const { imported, failed, failures } = JSON.parse(ended.stdout) as TotalSummary;
    assert.equal(imported, 0);
    assert.equal(failed, 2);
    assert.deepEqual(
      failures.map(({ line }) => line),
      [1, 2],
    );
    assert.ok(failures.every(({ reason }) => reason !== ''));
  });
});

describe('wrong usage', () => {
  /** Runs a command in this process, which every test lets fail early. */
  function start(name: 'import' | 'report', args: readonly string[]): Promise<Ended> {
    return name === 'import' ? typed(importLogs, args) : typed(report, args);
  }

  for (const [name, args, said] of [
    ['import', [], /name the log files/],
    ['import', ['--format', 'xml', 'a.log'], /--format/],
    ['import', ['--site', 'a b', 'a.log'], /--site/],
    ['import', ['--follow', '-', '-'], /standard input can be read only once/],
    ['report', ['now'], /"now" is not expected/],
    ['report', ['--json', '--csv'], /--json or --csv/],
    ['report', ['--by', 'colour'], /dimensions\[0\] "colour" is unknown: use source, channel/],
    ['report', ['--from', 'yesterday'], /from "yesterday" is not a time/],
    ['report', ['--from', '2026-02-01', '--to', '2026-01-01'], /not before/],
    ['report', ['--interval', 'fortnight'], /interval "fortnight" is unknown/],
    ['report', ['--timezone', 'Mars'], /timezone "Mars" is not/],
    ['report', ['--bots', 'maybe'], /bots "maybe" is unknown/],
    ['report', ['--status', '9xx'], /status "9xx"/],
    ['report', ['--limit', '0'], /limit "0"/],
  ] as const) {
    it(`of ${name} is refused before anything is opened: ${args.join(' ')}`, async () => {
      const data = join(folder, 'never');
      assertFailed(await start(name, ['--data-dir', data, ...args]), 2, said);
      assert.ok(!existsSync(data));
    });
  }

  it('that need what is stored is refused for a misspelt folder, which is not created', async () => {
    const data = join(folder, 'mistyped');
    for (const args of [
      ['backup', '--to', join(folder, 'copy')],
      ['archive', '--to', join(folder, 'archive')],
      ['purge', '--keep-hits', '1d'],
      ['export'],
      ['report'],
    ])
      assertFailed(
        await run([...args, '--data-dir', data]),
        1,
        /there is no data folder .*mistyped: name it/,
      );
    assert.deepEqual([data, join(folder, 'copy')].filter(existsSync), []);
  });

  it('is reported in one line', async () => {
    const data = join(folder, 'never');
    assertFailed(
      await run(['report', '--data-dir', data, '--from', 'yesterday']),
      2,
      /"yesterday" is not a time/,
    );
    assertFailed(
      await typed(importLogs, ['--data-dir', data, join(folder, 'no.log')]),
      1,
      /no\.log cannot be read/,
    );
  });
});
