/** Outputs that cannot be written, and unknown names: one line reports what is wrong, and no device is replaced. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertFailed, run } from './fixtures/command-line.ts';
import { file } from './fixtures/file-scope.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const options = { timeout: scaledTimeout(60_000) };
const CLI = new URL('../src/cli.ts', import.meta.url).pathname;
const folder = temporaryFolder(file);
const data = join(folder, 'data');
const line =
  '192.0.2.1 - - [12/Nov/2025:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11) Firefox/140.0"\n';
const imported = await run(['import', '-', '--site', 'shop.example', '--data-dir', data], line.repeat(3000));
assert.equal(imported.code, 0, imported.stderr);
const source = ['--data-dir', data];

/** The cache of compiled code is named relative to the checkout; a command in another folder would begin one there. */
const { NODE_COMPILE_CACHE: _, ...environment } = process.env;

/** A shell command with the program as `$HIT`. */
function shell(command: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync('bash', ['-c', command], {
    encoding: 'utf8',
    env: { ...environment, HIT: `${process.execPath} ${CLI}` },
  });
  return { status, stderr };
}

describe('an export', () => {
  test('to a device writes to it, and does not replace it', options, async (t) => {
    const pipe = join(temporaryFolder(t), 'pipe');
    const { status, stderr } = shell(
      `mkfifo ${pipe}; cat ${pipe} > ${folder}/read.csv & $HIT export --data-dir ${data} --output ${pipe}; wait`,
    );
    assert.equal(status, 0, stderr);
    assert.ok(lstatSync(pipe).isFIFO());
    assert.equal(readFileSync(join(folder, 'read.csv'), 'utf8').trimEnd().split('\n').length, 3001);
  });

  test('to a device that is full fails, and leaves it as it is', {
    ...options,
    skip: !existsSync('/dev/full'),
  }, async () => {
    const ended = await run(['export', ...source, '--output', '/dev/full']);
    assertFailed(ended, 1, /cannot be written to \/dev\/full: ENOSPC/);
    assert.ok(lstatSync('/dev/full').isCharacterDevice());
    assert.ok(!existsSync('/dev/full.part'));
  });

  test('to a folder that is missing, or to a folder, fails in one line', options, async () => {
    assertFailed(
      await run(['export', ...source, '--output', '/nosuch/x.csv']),
      1,
      /cannot be written to \/nosuch\/x\.csv/,
    );
    assertFailed(await run(['export', ...source, '--output', folder]), 1, /it is a folder/);
  });

  test('to a standard output that is full reports it, and to one that is closed succeeds', {
    ...options,
    skip: !existsSync('/dev/full'),
  }, () => {
    const full = shell(`$HIT export --data-dir ${data} > /dev/full`);
    assert.equal(full.status, 1, full.stderr);
    assert.match(full.stderr, /^hit-tracker: standard output cannot be written: ENOSPC[^\n]*\n$/);
    const closed = shell(`set -o pipefail; $HIT export --data-dir ${data} | head -1 > /dev/null`);
    assert.deepEqual(closed, { status: 0, stderr: '' });
  });
});

describe('a report', () => {
  test('of a folder without data creates nothing in it', options, async (t) => {
    const empty = temporaryFolder(t);
    const { status, stderr } = shell(`cd ${empty} && $HIT report`);
    assert.equal(status, 1);
    assert.match(stderr, /there is no data folder/);
    assert.deepEqual(readdirSync(empty), []);
  });

  test('of a site that has no hits suggests a similar one, as a query does', options, async () => {
    for (const asked of [
      ['report'],
      ['report', '--metrics', 'visits,bounce_rate'],
      ['journeys', '--page', '/', '--period', 'all'],
    ]) {
      const { code, stderr } = await run([...asked, ...source, '--site', 'shp.example', '--json']);
      assert.equal(code, 0, stderr);
      assert.equal(
        stderr,
        'no hit of the site "shp.example" was ever stored (did you mean "shop.example"?)\n',
      );
    }
    assert.equal((await run(['report', ...source, '--site', 'SHOP.example', '--json'])).stderr, '');
  });
});
