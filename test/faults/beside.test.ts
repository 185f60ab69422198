/** Commands on the data folder of a running server: they hand over to it. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type LogTotals, writeAccessLog } from '../../bench/access-log.ts';
import type { TotalSummary } from '../../src/commands/import-summary.ts';
import type { Stats } from '../../src/index.ts';
import { type Ended, Program, run } from '../fixtures/command-line.ts';
import { RunningServer } from '../fixtures/running-server.ts';

const LINES = 20_000;

let folder = '';
let log = '';
let totals: LogTotals;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
  log = join(folder, 'access.log');
  totals = await writeAccessLog(log, LINES, 5);
});
after(() => rm(folder, { recursive: true, force: true }));

function importArgs(data: string, site: string, file: string): string[] {
  return ['import', '--json', '--data-dir', data, '--site', site, file];
}

function summaryOf({ code, stdout, stderr }: Ended): TotalSummary {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Gives an import half of the log, and waits until the server has started with it. */
async function importHalf(data: string, server: RunningServer): Promise<Program> {
  const program = new Program(importArgs(data, 'half.example', '-'));
  const text = await readFile(log);
  const stdin = program.child.stdin!;
  await new Promise((resolve) => stdin.write(text.subarray(0, text.length / 2), resolve));
  assert.equal((await server.send('/healthz')).status, 200);
  return program;
}

describe('beside a running server', () => {
  let server: RunningServer;
  let data = '';
  before(async () => {
    data = join(folder, 'data');
    server = await RunningServer.start(data);
  });
  after(async () => {
    const { code, stderr } = await server.stop();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /Warning|"level":[56]0/);
  });

  it('an import is in its answers at once, and a second one adds nothing', async () => {
    const first = summaryOf(await run(importArgs(data, 'log.example', log)));
    assert.deepEqual([first.lines, first.imported, first.failed], [LINES, LINES, 0]);
    assert.equal((await server.total('log.example')).hits, totals.humanLines);
    const stats = await server.ask<Stats>('/api/v1/stats?site=log.example&bots=include');
    assert.equal(stats.totals.hits, LINES);
    const second = summaryOf(await run(importArgs(data, 'log.example', log)));
    assert.deepEqual([second.imported, second.already], [0, LINES]);
  });

  it('an import says that the server imports the log', async () => {
    const { stderr } = await run(['import', '--data-dir', data, '--site', 'log.example', log]);
    assert.equal(stderr, 'A server is running on this data folder; it does the import.\n');
  });

  it('a report is the server’s answer', async () => {
    const { code, stdout, stderr } = await run([
      'report',
      '--json',
      '--data-dir',
      data,
      '--site',
      'log.example',
    ]);
    assert.equal(code, 0, stderr);
    const { tops, ...stats } = JSON.parse(stdout);
    assert.deepEqual(stats, await server.ask<Stats>('/api/v1/stats?site=log.example'));
    assert.ok(tops.path.length > 0);
  });

  it('a killed import does no harm, and the next one completes it', async () => {
    const program = await importHalf(data, server);
    program.child.kill('SIGKILL');
    await program.ended;
    const whole = summaryOf(await run(importArgs(data, 'half.example', log)));
    assert.deepEqual([whole.lines, whole.imported + whole.already], [LINES, LINES]);
    assert.equal((await server.total('half.example')).hits, totals.humanLines);
  });
});

describe('a server that stops', () => {
  it('during an import shuts down cleanly, and the import can be completed', async () => {
    const data = join(folder, 'ending');
    const server = await RunningServer.start(data);
    const program = await importHalf(data, server);
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
    program.child.stdin!.end();
    const cut = await program.ended;
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /closed the connection: .*import the log again, nothing is counted twice/);
    const whole = summaryOf(await run(importArgs(data, 'half.example', log)));
    assert.deepEqual([whole.lines, whole.imported + whole.already], [LINES, LINES]);
  });

  it('by a kill leaves a folder that commands open themselves', async () => {
    const data = join(folder, 'killed');
    const server = await RunningServer.start(data);
    assert.equal((await server.send('/hit.gif?site=a.example')).status, 200);
    server.child.kill('SIGKILL');
    await server.ended;
    const { code, stdout, stderr } = await run(['report', '--json', '--data-dir', data]);
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as Stats).totals, { hits: 1, visitors: 1 });
  });
});

describe('a server without a database', () => {
  it('refuses what needs one, and says why', async () => {
    const data = join(folder, 'simple');
    await using server = await RunningServer.start(data, '--tracker', 'simple');
    for (const args of [
      ['report', '--data-dir', data],
      ['archive', '--data-dir', data, '--to', join(folder, 'archive')],
      importArgs(data, 'a.example', log),
    ]) {
      const { code, stderr } = await run(args);
      assert.equal(code, 1);
      assert.match(stderr, /^hit-tracker: [^\n]*database[^\n]*--tracker db\n$/);
    }
    assert.equal((await server.send('/')).status, 200);
  });
});
