import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';
import { FolderLock } from './lock.ts';

/** Takes the lock, prints the result, and stays alive. */
const HOLDER = `
  import { FolderLock } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)};
  try {
    globalThis.lock = new FolderLock(process.argv[1]);
    console.log('locked');
  } catch (error) {
    console.log(error.code + ': ' + error.message);
  }
  setInterval(() => undefined, 1000);
`;

async function otherProcess(t: TestContext, folder: string) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ['--input-type=module', '--eval', HOLDER, folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const [answer] = await once(child.stdout, 'data');
  return { child, answer: String(answer).trim() };
}

function assertLocked(folder: string): void {
  assert.throws(
    () => new FolderLock(folder),
    (error) =>
      error instanceof HitError &&
      error.code === 'data_dir_locked' &&
      error.exitCode === 1 &&
      error.message.includes(folder) &&
      error.message.includes('--data-dir'),
  );
}

describe('the lock of a folder', { timeout: scaledTimeout(30_000) }, () => {
  test('keeps another process out, until it is released', async (t) => {
    const folder = temporaryFolder(t);
    const lock = new FolderLock(folder);
    assert.match(
      (await otherProcess(t, folder)).answer,
      /^data_dir_locked: another Hit Tracker process uses/,
    );
    lock.release();
    assert.equal((await otherProcess(t, folder)).answer, 'locked');
    assertLocked(folder);
  });

  test('is released when its process is killed', async (t) => {
    const folder = temporaryFolder(t);
    const { child, answer } = await otherProcess(t, folder);
    assert.equal(answer, 'locked');
    assertLocked(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    new FolderLock(folder).release();
  });

  test('keeps a second one in the same process out, and outlives that attempt', async (t) => {
    const folder = temporaryFolder(t);
    const lock = new FolderLock(folder);
    assertLocked(folder);
    assertLocked(folder);
    // Closing a refused lock must not release the lock of its process, as plain file locks would.
    assert.match((await otherProcess(t, folder)).answer, /^data_dir_locked/);
    lock.release();
    new FolderLock(folder).release();
  });

  test('may be released twice', (t) => {
    const lock = new FolderLock(temporaryFolder(t));
    lock.release();
    lock.release();
  });

  test('is one empty file', (t) => {
    const folder = temporaryFolder(t);
    new FolderLock(folder).release();
    assert.deepEqual(readdirSync(folder), ['lock']);
  });

  test('cannot be taken if the file is something else, and the error says so', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'lock'));
    const other = temporaryFolder(t);
    writeFileSync(join(other, 'lock'), 'no database, but a text of some length'.repeat(100));
    for (const path of [folder, other, join(folder, 'missing')]) {
      assert.throws(
        () => new FolderLock(path),
        (error) =>
          error instanceof HitError && error.code === 'data_dir_unusable' && error.message.includes(path),
      );
    }
  });
});
