import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { logLine } from '../../test/fixtures/log-line.ts';
import { onlyWithMoreRounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { readSettings } from '../config.ts';
import { HitError } from '../errors.ts';
import { IMPORT_SETTINGS } from '../settings/import.ts';
import { importLogs } from './import.ts';
import type { TotalSummary } from './import-summary.ts';

describe('the import command', { timeout: scaledTimeout(30_000) }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'import-command-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs the command with flags and files, and returns its error, if any. */
  async function run(
    args: readonly string[],
    stdin: string | Buffer = '',
  ): Promise<{ fault: HitError | undefined; stdout: string }> {
    const stdout = new PassThrough({ encoding: 'utf8' });
    const terminal = {
      stdin: Readable.from([Buffer.from(stdin)], { objectMode: false }),
      stdout,
      stderr: new PassThrough(),
      interruption: () => new AbortController().signal,
    };
    const { values, positionals } = readSettings(
      IMPORT_SETTINGS,
      ['--data-dir', join(folder, 'data'), ...args],
      {},
    );
    let fault: HitError | undefined;
    try {
      await importLogs.run(values, positionals, terminal);
    } catch (error) {
      assert.ok(error instanceof HitError, String(error));
      fault = error;
    }
    return { fault, stdout: stdout.read() ?? '' };
  }

  async function fileOf(name: string, content: string | Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it('refuses what it cannot do before it begins', async () => {
    const log = await fileOf('any.log', logLine());
    await mkdir(join(folder, 'logs'));
    for (const [args, code, message] of [
      [[], 'bad_usage', /name the log files/],
      [['--follow', '-', '-'], 'bad_usage', /standard input can be read only once/],
      [
        ['--follow', join(folder, 'logs')],
        'import_failed',
        /logs cannot be read: it is a folder; name .*\*\.log/,
      ],
      [['--follow', '/dev/null'], 'import_failed', /null cannot be read: it is not a file/],
      [['-', '-'], 'bad_usage', /standard input can be read only once/],
      [['--site', 'no site', log], 'bad_setting', /"no site" is not a host name/],
      [[log, join(folder, 'none.log')], 'import_failed', /none\.log cannot be read: ENOENT/],
      [[join(folder, 'logs')], 'import_failed', /logs cannot be read: it is a folder/],
    ] as const) {
      const { fault, stdout } = await run(args);
      assert.equal(fault?.code, code);
      assert.match(fault.message, message);
      assert.equal(stdout, '');
    }
  });

  it('imports nothing of any file if a check of one fails, unless --yes is given', async () => {
    const files = [await fileOf('read.log', logLine()), await fileOf('package.json', '{\n}\n')];
    const refused = await run(['--site', 'checked.example', ...files]);
    assert.match(refused.fault?.message ?? '', /^package\.json: none of 2 lines can be read/);
    assert.equal(refused.stdout, '');

    const forced = await run(['--site', 'checked.example', '--yes', ...files]);
    assert.match(forced.stdout, /\n {2}imported {2}1\n {2}already {3}0\n {2}failed {4}2\n/);
    assert.match(forced.fault?.message ?? '', /^package\.json: no line was imported\./);
    assert.equal((await run(['--site', 'checked.example', files[0]!])).fault, undefined);
  });

  it('reads times without an offset in the given time zone', async () => {
    const log = await fileOf('local.log', logLine().replace(/ [+-]\d{4}\]/, ']'));
    const time = async (...args: string[]) => {
      const { stdout } = await run(['--dry-run', '--json', ...args, log]);
      return Date.parse(JSON.parse(stdout)[0].examples[0].time);
    };
    const hours = ((await time()) - (await time('--timezone', 'asia/tokyo'))) / 3_600_000;
    assert.equal(hours, 9);
    await assert.rejects(
      time('--timezone', 'Europe/Berln'),
      /--timezone: "Europe\/Berln" is not an IANA time zone/,
    );
  });

  it('fails if more lines fail than --max-failures', async () => {
    const log = await fileOf('some.log', `${logLine()}nonsense\n${logLine()}`);
    const { fault, stdout } = await run(['--site', 'some.example', log]);
    assert.match(stdout, /imported {2}2\n/);
    assert.match(fault?.message ?? '', /^some\.log: 1 of 3 lines were not imported/);
    assert.equal((await run(['--site', 'other.example', '--max-failures', '50%', log])).fault, undefined);
    await assert.rejects(run(['--max-failures', 'few', log]), /--max-failures: .*a percentage such as 5%/);
  });

  it('shows how lines are read with --dry-run, and imports nothing', async () => {
    const log = await fileOf('dry.log', logLine({ path: '/a' }).repeat(5));
    const { fault, stdout } = await run(['--site', 'dry.example', '--dry-run', log]);
    assert.equal(fault, undefined);
    assert.match(stdout, /^dry\.log: 5 of 5 sampled lines can be read\n/);
    assert.equal(stdout.match(/client {6}203\.0\.113\.7\n/g)?.length, 3);
    const { stdout: json } = await run(['--site', 'dry.example', '--dry-run', '--json', log]);
    const [{ examples, ...counts }] = JSON.parse(json);
    assert.deepEqual(counts, { file: 'dry.log', lines: 5, read: 5, warnings: [] });
    assert.equal(examples[0].path, '/a');
    assert.match((await run(['--site', 'dry.example', log])).stdout, /imported {2}5\n/);
    assert.match((await run(['--dry-run', '-'], logLine())).stdout, /^standard input: 1 of 1 sampled lines/);
    assert.equal((await run(['--dry-run', '--follow', log])).fault?.code, 'bad_usage');
  });

  it('checks the beginning of standard input before anything is imported', async () => {
    const lines = Array.from({ length: 200 }, (_, number) => logLine({ path: `/${number}` })).join('');
    const unnamed = lines.replaceAll(/^\S+/gm, 'web1');
    for (const content of [unnamed, gzipSync(unnamed)]) {
      const refused = await run(['--site', 'unnamed.example', '-'], content);
      assert.match(
        refused.fault?.message ?? '',
        /^standard input: 100 % of hits have a client that is not an/,
      );
    }
    const forced = await run(['--site', 'unnamed.example', '--yes', '-'], unnamed);
    assert.match(forced.stdout, /imported {2}200\n {2}already {3}0\n/);
    assert.match((await run(['--site', 'named.example', '-'], lines)).stdout, /imported {2}200\n/);
  });

  it('shows hidden characters of a log harmlessly with --dry-run', async () => {
    const path = '/a\u009b2J\u202e\u200b';
    const log = await fileOf('hidden.log', `${logLine({ path })}${path}`);
    const { stdout } = await run(['--dry-run', log]);
    assert.match(stdout, /path {8}\/a·2J··\n[\s\S]*not read: \/a·2J··\n/);
    const { stdout: json } = await run(['--dry-run', '--json', log]);
    assert.match(json, /"path":"\/a\\u009b2J\\u202e\\u200b"/);
    assert.doesNotMatch(stdout + json, /[\u009b\u202e\u200b]/);
  });

  it('reads compressed logs and those in UTF-16, and refuses what it cannot read', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const text = logLine({ path: '/compressed' });
    const utf16 = Buffer.from(text, 'utf16le');
    const files = [
      await fileOf('log.1', zstdCompressSync(text)),
      await fileOf('log.2.br', brotliCompressSync(`${text}${text}`)),
      await fileOf('log.3', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16, utf16, utf16])),
      await fileOf('log.4', `\uFEFF${text}`),
    ];
    const { fault, stdout } = await run(['--site', 'compressed.example', ...files]);
    assert.equal(fault, undefined);
    assert.match(stdout, /^7 lines in .*\n {2}imported {2}4\n {2}already {3}3\n/);

    const unmarked = await run([await fileOf('log.5', utf16)]);
    assert.match(unmarked.fault?.message ?? '', /^log\.5: it is not text: convert UTF-16/);
    const archive = await run([await fileOf('log.7z', Buffer.from('377abcaf271c0004', 'hex'))]);
    assert.match(archive.fault?.message ?? '', /log\.7z cannot be read: it is a 7z archive: unpack it first/);
  });

  it('reads files and standard input, and prints a summary', async () => {
    const files = [await fileOf('1.log', logLine({ path: '/1' })), await fileOf('2.gz', gzipSync(logLine()))];
    const { fault, stdout } = await run(['--site', 'several.example', ...files, '-'], 'nonsense\n');
    assert.match(fault?.message ?? '', /^standard input: no line was imported\. .*no timestamp/);
    assert.match(stdout, /^3 lines in .*\n {2}imported {2}2\n {2}already {3}0\n {2}failed {4}1\n/);
    assert.match(stdout, /\n {4}standard input line 1: .*no timestamp/);
  });

  it('follows standard input to its end', async () => {
    const lines = [logLine({ path: '/first' }), logLine({ path: '/last' }).trimEnd()];
    const { fault, stdout } = await run(
      ['--json', '--follow', '--site', 'pipe.example', '-'],
      lines.join(''),
    );
    const { imported, failed }: TotalSummary = JSON.parse(stdout);
    assert.deepEqual([fault, imported, failed], [undefined, 2, 0]);
  });

  it('refuses a shorter copy of an imported log, unless --yes is given', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const lines = Array.from({ length: 50 }, (_, i) => logLine({ path: `/${i}` }));
    const whole = await fileOf('copied.log', lines.join(''));
    const shorter = await fileOf('copied.log.bak', lines.slice(0, 30).join(''));
    const site = ['--json', '--site', 'copied.example'];
    const { fault, stdout } = await run([...site, whole, shorter]);
    assert.match(
      fault?.message ?? '',
      /^copied\.log\.bak: the log begins like one that was imported, and is shorter/,
    );
    assert.equal(JSON.parse(stdout).imported, 50);
    await writeFile(whole, [...lines, logLine({ path: '/50' })].join(''));
    const grown: TotalSummary = JSON.parse((await run([...site, whole])).stdout);
    assert.deepEqual([grown.imported, grown.already], [1, 50]);
    const forced: TotalSummary = JSON.parse((await run([...site, '--yes', shorter])).stdout);
    assert.equal(forced.imported, 30);
  });

  it('continues after a truncated log, and names it at the end', { skip: onlyWithMoreRounds() }, async () => {
    const lines = Array.from({ length: 500 }, (_, i) => logLine({ path: `/${i * i * i}` }));
    const zipped = gzipSync(lines.join(''));
    const broken = await fileOf('broken.gz', zipped.subarray(0, zipped.length / 2));
    const whole = await fileOf('whole.log', logLine({ path: '/whole' }));
    const { fault, stdout } = await run(['--json', '--site', 'broken.example', broken, whole]);
    assert.match(
      fault?.message ?? '',
      /^broken\.gz cannot be read to its end \(unexpected end of file\): everything before is imported/,
    );
    const summary: TotalSummary = JSON.parse(stdout);
    assert.ok(summary.imported > 100 && summary.imported < 500, `${summary.imported} lines`);

    await writeFile(broken, zipped);
    const again = await run(['--json', '--site', 'broken.example', broken, whole]);
    const { imported, already }: TotalSummary = JSON.parse(again.stdout);
    assert.deepEqual([again.fault, imported + already, already], [undefined, 501, summary.imported]);
  });

  it('asks on a terminal about old hits, and treats anything but yes as no', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const log = await fileOf('old.log', logLine());
    /** The command's questions, if a person gives this answer. */
    const answered = async (answer: string, ...args: string[]) => {
      const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true });
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      stdin.end(answer);
      const flags = ['--json', '--data-dir', join(folder, 'asked'), '--keep-hits', '400d', log, ...args];
      const { values, positionals } = readSettings(IMPORT_SETTINGS, flags, {});
      const stdout = new PassThrough({ encoding: 'utf8' });
      const interruption = () => new AbortController().signal;
      const fault = await importLogs.run(values, positionals, { stdin, stdout, stderr, interruption }).then(
        () => undefined,
        (error: unknown) => error as HitError,
      );
      return { fault, asked: String(stderr.read()), stdout: stdout.read() as string | null };
    };
    for (const answer of ['\n', 'n\n', 'perhaps\n']) {
      const { fault, asked, stdout } = await answered(answer);
      assert.deepEqual([fault?.code, fault?.exitCode, stdout], ['bad_usage', 2, null], answer);
      assert.match(asked, /1 of 1 lines in old\.log would be deleted by the next purge: 1 of localhost/);
      assert.match(asked, /Import them, and exempt localhost from purges\? \[y\/N\] /);
    }
    const { fault, stdout } = await answered('Yes\n');
    assert.equal(fault, undefined);
    assert.equal((JSON.parse(stdout ?? '') as TotalSummary).imported, 1);
    assert.doesNotMatch((await answered('')).asked, /y\/N/, 'an exception is asked for once');
  });
});
