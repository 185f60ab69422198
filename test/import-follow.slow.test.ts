import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type LogTotals, writeAccessLog } from '../bench/access-log.ts';
import type { TotalSummary } from '../src/commands/import-summary.ts';
import { Program } from './fixtures/command-line.ts';
import { logLine } from './fixtures/log-line.ts';
import { scaledTimeout, until } from './fixtures/scaled-timeout.ts';

/** Two chunks. */
const LINES = 80_000;

/** The summary of a successful import, which a signal may end. */
async function summaryOf(importing: Program, signal?: NodeJS.Signals): Promise<TotalSummary> {
  if (signal) importing.child.kill(signal);
  const { code, stdout, stderr } = await importing.ended;
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('import', { timeout: scaledTimeout(120_000), concurrency: true }, () => {
  let folder = '';
  let log = '';
  let totals: LogTotals;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'import-'));
    log = join(folder, 'access.log');
    totals = await writeAccessLog(log, LINES, 7);
  });
  after(() => rm(folder, { recursive: true }));

  function startImport(dataDir: string, site: string, ...args: string[]): Program {
    return new Program(['import', '--json', '--data-dir', dataDir, '--site', site, ...args]);
  }

  it('that is interrupted reports what it has and how to continue', async () => {
    const dataDir = join(folder, 'interrupted');
    const interrupted = startImport(dataDir, 'example.com', '-');
    const content = await readFile(log);
    await new Promise((resolve) => interrupted.child.stdin!.write(content.subarray(0, 9_999_999), resolve));
    interrupted.child.kill('SIGINT');
    const { code, stdout, stderr } = await interrupted.ended;
    assert.equal(code, 130);
    assert.match(stderr, /interrupted: import the same logs again to continue\n$/);
    const first: TotalSummary = JSON.parse(stdout);
    assert.deepEqual([first.lines > 0, first.failed], [true, 0]);
    const { lines, already } = await summaryOf(startImport(dataDir, 'example.com', log));
    assert.deepEqual([lines, already], [LINES, first.imported]);
  });

  describe('beside a running server', { concurrency: true }, () => {
    let dataDir = '';
    let server: Program;
    let url = '';

    before(async () => {
      dataDir = join(folder, 'served');
      const where = ['--host', '127.0.0.1', '--port', '0', '--data-dir', dataDir];
      server = new Program(['serve', '--public', '--log-level', 'silent', ...where]);
      [url] = await server.said(/http:\S+/);
    });
    after(() => server.stop());

    /** Counts of now, which cost nothing: hits of all time, of people. */
    async function counted(site: string): Promise<number> {
      const response = await fetch(`${url}/api/v1/live?site=${site}`);
      return ((await response.json()) as { total: { hits: number } }).total.hits;
    }

    async function hits(site: string): Promise<number> {
      const response = await fetch(`${url}/api/v1/stats?site=${site}&bots=include`);
      return ((await response.json()) as { totals: { hits: number } }).totals.hits;
    }

    it('counts each line once, however many imports read the log, and in live counts too', async () => {
      const followed = startImport(dataDir, 'race.example', '--follow', log);
      const imports = [1, 2].map(() => startImport(dataDir, 'race.example', log));
      const summaries = await Promise.all(imports.map((each) => summaryOf(each)));
      await until('all hits of the log', async () => (await counted('race.example')) === totals.humanLines);
      summaries.push(await summaryOf(followed, 'SIGINT'));
      assert.equal(
        summaries.reduce((sum, { imported }) => sum + imported, 0),
        LINES,
      );
      assert.equal(await hits('race.example'), LINES);
      assert.equal(await counted('race.example'), totals.humanLines);
    });

    it('follows a log through its rotation, and continues where it was stopped', async () => {
      const site = 'followed.example';
      const path = join(folder, 'followed.log');
      const lines = Array.from({ length: 8 }, (_, i) => logLine({ path: `/${i}` }));
      const cut = lines.map((line) => line.slice(0, -9));
      const rest = lines.map((line) => line.slice(-9));
      const followed = startImport(dataDir, site, '--follow', path);
      await writeFile(path, `${lines[0]}${lines[1]}${lines[2]}${cut[3]}`);
      await until('3 hits of the followed log', async () => (await counted(site)) === 3);
      await rename(path, `${path}.1`);
      await appendFile(`${path}.1`, `${rest[3]}${lines[4]}`);
      await writeFile(path, `${lines[5]}${cut[6]}`);
      await until('6 hits of the followed log', async () => (await counted(site)) === 6);
      const first = await summaryOf(followed, 'SIGTERM');
      assert.deepEqual([first.lines, first.imported], [6, 6], 'a line without an end waits');

      const again = startImport(dataDir, site, '--follow', path);
      await appendFile(path, rest[6]!);
      await until('7 hits of the followed log', async () => (await counted(site)) === 7);
      const second = await summaryOf(again, 'SIGINT');
      assert.deepEqual([second.imported, second.already], [1, 6], 'the rotated log is read again too');
      await appendFile(path, lines[7]!);
      const last = await summaryOf(startImport(dataDir, site, path, `${path}.1`));
      assert.deepEqual([last.lines, last.imported, await hits(site)], [8, 1, 8]);
    });
  });
});
