import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { logLine, logTime } from '../../test/fixtures/log-line.ts';
import { scaledTimeout, until } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readSettings } from '../config.ts';
import { IMPORT_SETTINGS } from '../settings/import.ts';
import { importLogs } from './import.ts';
import type { TotalSummary } from './import-summary.ts';

/** A line of today. */
function todaysLine(path: string): string {
  return logLine({ path, time: logTime(new Date()) });
}

/** The command `import --follow --json`, until it is stopped. */
function followed(test: TestContext, folder: string, ...args: readonly string[]) {
  const stop = new AbortController();
  let errors = '';
  let printed = '';
  const stdout = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    printed += text;
  });
  const stderr = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    errors += text;
  });
  const terminal = { stdin: Readable.from([]), stdout, stderr, interruption: () => stop.signal };
  const flags = ['--follow', '--json', '--data-dir', join(folder, 'data'), ...args];
  const { values, positionals } = readSettings(IMPORT_SETTINGS, flags, {});
  const ended = importLogs.run(values, positionals, terminal);
  ended.catch(() => undefined);
  test.after(() => stop.abort());
  return {
    ended,
    get errors(): string {
      return errors;
    },
    async prints(pattern: RegExp): Promise<RegExpExecArray> {
      await until(String(pattern), () => pattern.test(errors));
      return pattern.exec(errors)!;
    },
    /** Waits until a log is stored up to this position. */
    stores: (position: number) =>
      until(`${position} bytes`, () => {
        const positions = join(folder, 'data', 'follow');
        const names = existsSync(positions) ? readdirSync(positions) : [];
        return names.some((name) =>
          readFileSync(join(positions, name), 'utf8').includes(`"position": ${position},`),
        );
      }),
    async stop(): Promise<TotalSummary> {
      stop.abort();
      await ended;
      return JSON.parse(printed);
    },
  };
}

describe('import --follow', { timeout: scaledTimeout(30_000) }, () => {
  it('skips rotated logs that the next purge would delete, and reports it', async (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'access.log');
    writeFileSync(`${path}.1`, logLine());
    writeFileSync(path, todaysLine('/today'));
    const following = followed(test, folder, '--keep-hits', '400d', path);
    await following.prints(/access\.log\.1 is skipped: 1 of 1 lines .* would be deleted by the next purge/);
    await following.stores(todaysLine('/today').length);
    assert.equal((await following.stop()).imported, 1);
  });

  it('waits for a file that does not exist yet, and reports it', async (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'later.log');
    const following = followed(test, folder, path);
    await following.prints(/later\.log does not exist yet: waiting for it\.\n/);
    const text = `${todaysLine('/1')}${todaysLine('/2')}`;
    writeFileSync(path, text);
    await following.stores(text.length);
    assert.equal((await following.stop()).imported, 2);
  });

  it('refuses a log that cannot be read when it is first followed, and continues with one that it followed before', async (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'access.log');
    writeFileSync(path, 'not a line of a log\n'.repeat(3));
    await assert.rejects(
      followed(test, folder, path).ended,
      /access\.log: none of 3 lines can be read: .* --yes/,
    );
    const text = todaysLine('/read');
    writeFileSync(path, text);
    const first = followed(test, folder, path);
    await first.stores(text.length);
    await first.stop();
    writeFileSync(`${path}.1`, text);
    const partlyRead = `${todaysLine('/new')}not a line of a log\n`;
    writeFileSync(path, partlyRead);
    const again = followed(test, folder, path);
    await again.stores(partlyRead.length);
    assert.equal((await again.stop()).failed, 1);
    await again.prints(/Warning: access\.log: 1 of 2 lines were not imported/);
  });

  it('follows a log that fails a check with --yes, and prints a warning', async (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'access.log');
    const text = 'not a line of a log\n';
    writeFileSync(path, text);
    const following = followed(test, folder, '--yes', path);
    await following.prints(/Warning: access\.log: its only line cannot be read/);
    await following.stores(text.length);
    assert.equal((await following.stop()).failed, 1);
  });

  it('imports lines that arrive as syslog messages, and stores all of them before it ends', async (test) => {
    const folder = temporaryFolder(test);
    const following = followed(test, folder, '--syslog', 'udp://127.0.0.1:0,tcp://127.0.0.1:0');
    const [, udp, tcp] = await following.prints(/udp:\/\/127\.0\.0\.1:(\d+)\n.*tcp:\/\/127\.0\.0\.1:(\d+)\n/);
    const packets = createSocket('udp4');
    const packet = `<190>May 17 10:05:03 web1 nginx: ${todaysLine('/udp')}`;
    await new Promise((sent) => packets.send(packet, Number(udp), '127.0.0.1', sent));
    packets.close();
    const connection = connect(Number(tcp), '127.0.0.1');
    const message = `<134>1 2015-05-17T10:05:03Z web1 nginx 12 - - ${todaysLine('/tcp')}`;
    connection.end(`${message.length} ${message}<13>nothing that is a line\n`);
    await once(connection.resume(), 'close');
    const { imported, failed, dropped_messages: dropped } = await following.stop();
    assert.deepEqual([imported, failed, dropped], [2, 1, undefined]);
    await following.prints(/Warning: syslog: 1 of 3 lines were not imported/);
  });

  it('imports old lines that arrive as syslog messages, which anyone could stop it with otherwise', async (test) => {
    const folder = temporaryFolder(test);
    const following = followed(test, folder, '--keep-hits', '400d', '--syslog', 'tcp://127.0.0.1:0');
    const [, port] = await following.prints(/tcp:\/\/127\.0\.0\.1:(\d+)\n/);
    const connection = connect(Number(port), '127.0.0.1');
    connection.end(`<13>${logLine()}<13>${todaysLine('/new')}`);
    await once(connection.resume(), 'close');
    assert.equal((await following.stop()).imported, 2);
  });

  it('exempts sites of syslog messages once with --keep, and does not stop at one with an age of its own', async (test) => {
    const folder = temporaryFolder(test);
    const ages = '400d,named.example=400d';
    const following = followed(test, folder, '--keep', '--keep-hits', ages, '--syslog', 'tcp://127.0.0.1:0');
    const [, port] = await following.prints(/tcp:\/\/127\.0\.0\.1:(\d+)\n/);
    const connection = connect(Number(port), '127.0.0.1');
    connection.write(`<13>named.example ${logLine()}<13>${logLine()}`);
    await following.prints(/exempt/);
    connection.end(`<13>${todaysLine('/new')}`);
    await once(connection.resume(), 'close');
    assert.equal((await following.stop()).imported, 3);
    assert.doesNotMatch(following.errors, /exempt(?:.|\n)*exempt|named\.example/);
  });

  it('reports lost lines, on stderr and in the summary', async (test) => {
    const folder = temporaryFolder(test);
    const path = join(folder, 'access.log');
    const text = todaysLine('/read');
    writeFileSync(path, text);
    const first = followed(test, folder, path);
    await first.stores(text.length);
    await first.stop();
    truncateSync(path);
    const again = followed(test, folder, path);
    await again.prints(/access\.log may be lost: it was truncated or removed after byte \d+, read at 2/);
    const { lost } = await again.stop();
    assert.deepEqual(
      lost?.map(({ file, read, unread }) => [file, read, unread]),
      [['access.log', text.length, 0]],
    );
  });
});
