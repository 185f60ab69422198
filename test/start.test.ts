/** Reasons for a server not to start: each gives one line, and leaves nothing half done. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { serve } from '../src/commands/serve.ts';
import { readSettings } from '../src/config.ts';
import { SERVE_SETTINGS } from '../src/settings/serve.ts';
import { assertFailed, Program, run } from './fixtures/command-line.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { typed } from './fixtures/typed-command.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Starts a server in this process, which every test lets fail. */
async function start(...args: string[]): Promise<void> {
  const { values, positionals } = readSettings(SERVE_SETTINGS, args, {});
  const { stdin, stdout, stderr } = process;
  const terminal = { stdin, stdout, stderr, interruption: () => AbortSignal.abort() };
  await serve.run(values, positionals, terminal);
}

describe('a server', { concurrency: 2 }, () => {
  for (const [flag, value] of [
    ['--port', '70000'],
    ['--port', 'http'],
    ['--data-dir', ''],
    ['--store', 'mysql://localhost/hits'],
    ['--tracker', 'simple,everything'],
    ['--tracker', 'stream'],
    ['--live', 'memcached://localhost:11211'],
    ['--stream', 'kafka://localhost:9092/hits'],
    ['--stream', 'kafka://localhost:9092'],
    ['--peers', 'a:5000'],
    ['--peers', 'http://user:secret@a:5000'],
    ['--identity', 'fingerprint'],
    ['--trust-proxy', 'everybody'],
    ['--trust-proxy', '10.0.0.0/99'],
    ['--rate-limit', '100'],
    ['--rate-limit', '0/s'],
    ['--sites', 'a.example,'],
    ['--sites', 'not a host'],
    ['--max-sites', '0'],
    ['--threads', '0'],
    ['--expected-visitors', '-1'],
    ['--durability', 'none'],
    ['--spool-max', '1KB'],
    ['--keep-hits', 'long'],
    ['--keep-hits', '400d,a b=30d'],
    ['--keep-rollups', 'a.com=1y,A.com=2y'],
    ['--schedule', 'report sometimes'],
    ['--schedule', 'archive daily 04:00'],
    ['--alert', 'hits in 1h'],
    ['--timezone', 'Mars/Base'],
    ['--admin-token', 'short'],
    ['--log-level', 'loud'],
  ] as const) {
    it(`does not start with ${flag} "${value}"`, async () => {
      const data = join(folder, 'refused');
      const refusal = { code: 'bad_setting', exitCode: 2, message: new RegExp(`^${flag}(: | "|$)`) };
      await assert.rejects(start('--port=0', `--data-dir=${data}`, `${flag}=${value}`), refusal);
      assert.ok(!existsSync(data), 'nothing was made');
    });
  }

  it('does not start with an invalid value, and says so in one line', async () => {
    assertFailed(
      await run(['serve', '--rate-limit', '100']),
      2,
      /--rate-limit: "100" is not a rate such as 100\/s/,
    );
  });

  it('does not start with an invalid value in the environment, and names the variable', async () => {
    const program = new Program(['serve'], { HIT_PORT: 'http' });
    assertFailed(await program.ended, 2, /HIT_PORT: "http" is not a whole number/);
  });

  it('does not start with an unknown flag or an extra argument', async () => {
    await assert.rejects(start('--colour', 'red'), { code: 'bad_usage', exitCode: 2, message: /--colour/ });
    await assert.rejects(start('now'), { code: 'bad_usage', exitCode: 2, message: /"now" is not expected/ });
  });

  it('does not start on a port in use, and says how to find its user', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = ['--host', '127.0.0.1', '--port', String(port), '--data-dir', join(folder, 'taken')];
    assertFailed(await typed(serve, args), 1, /another program uses it; choose another with --port/);
    other.close();
  });

  it('does not start on an address that this machine does not have', async () => {
    const args = ['--host', '192.0.2.77', '--port', '0', '--data-dir', join(folder, 'address')];
    assertFailed(await typed(serve, [...args, '--tracker', 'simple']), 1, /choose another with --host/);
  });

  it('does not start in a folder that cannot be created', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'a file');
    const refusal = { code: 'data_dir_unusable', exitCode: 1, message: /cannot be written.*--data-dir/ };
    await assert.rejects(start(`--data-dir=${join(file, 'data')}`), refusal);
    await assert.rejects(start('--data-dir=/proc/hits'), refusal);
  });

  it('does not start in the folder of another server, and leaves that one alone', async (t) => {
    const data = join(folder, 'shared');
    await using first = await ServerHere.start(t, data, '--tracker', 'simple');
    assertFailed(
      await run(['serve', '--port', '0', '--data-dir', data]),
      1,
      /another Hit Tracker process uses/,
    );
    assert.equal((await first.send('/')).status, 200);
    assert.ok(existsSync(join(data, 'control.sock')), 'the socket of the first is still there');
  });

  it('starts in a folder whose path is too long for a socket, and says what will not work', async () => {
    const data = join(folder, 'long'.repeat(40));
    await using server = await RunningServer.start(data, '--tracker', 'simple');
    assert.equal((await server.send('/')).status, 200);
    assert.match(server.stderr, /import and report cannot reach this server/);
  });

  it('prints its address and its token only to stderr', async () => {
    const data = join(folder, 'greeting');
    const program = new Program(['serve', '--port', '0', '--data-dir', data]);
    await program.said(/live"\n/);
    const { code, stdout, stderr } = await program.stop();
    assert.equal(code, 0);
    assert.equal(stdout, '');
    const [greeting, look, count, read, ...logs] = stderr.trimEnd().split('\n');
    assert.match(greeting!, /^Listening on http:\/\/127\.0\.0\.1:\d+ \(trackers: simple, rate, db; data: /);
    assert.match(look!, /^ {2}Dashboard: {2}http:\/\/127\.0\.0\.1:\d+\/dashboard\?token=\S{32}$/);
    assert.match(count!, /^ {2}Test hit: {3}curl http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.match(
      read!,
      /^ {2}API: {8}curl -H "Authorization: Bearer \S{32}" "http:\/\/127\.0\.0\.1:\d+\/api\/v1\/live"$/,
    );
    for (const line of logs) assert.equal(JSON.parse(line).level, 30);
  });
});
