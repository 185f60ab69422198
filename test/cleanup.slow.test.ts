import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { BROWSER_MISSING, browserProgram } from './fixtures/browser.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import type { Scope } from './fixtures/scope.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const program = await browserProgram();

/** Runs a file of tests. @returns what it said, and what it left in the folder for temporary files */
async function ran(scope: Scope, file: string): Promise<{ said: string; left: string[] }> {
  const TMPDIR = join(temporaryFolder(scope), 'tmp');
  mkdirSync(TMPDIR);
  // Without the mark of a test runner, under which it would report to that.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['--test-reporter=tap', join(FIXTURES, file)], {
    env: { ...environment, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { said: await text(child.stdout), left: readdirSync(TMPDIR) };
}

function outcomes(said: string): Record<string, string> {
  const lines = said.matchAll(/^\s*(ok|not ok) \d+ - (.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, outcome, name]) => [name, outcome]));
}

test('a test that fails or hangs fails no other, and leaves no folder and no process', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const { said, left } = await ran(t, 'failing-tests.ts');
  assert.deepEqual(outcomes(said), {
    'hangs with a store open, on which a query runs': 'not ok',
    'opens a store after that': 'ok',
    'throws with a tracker open': 'not ok',
    'hangs with a server open in its process': 'not ok',
    'opens a store after these': 'ok',
    'leaves a server in a process of its own': 'not ok',
  });
  assert.deepEqual(left, []);
  const pid = Number(/server (\d+)/.exec(said)?.[1]);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a page that hangs is closed, its test says why, and its file ends without the tests that follow', {
  skip: program === undefined && BROWSER_MISSING,
  timeout: scaledTimeout(20_000),
}, async (t) => {
  const { said, left } = await ran(t, 'failing-page-tests.ts');
  assert.deepEqual(outcomes(said), {
    'hangs with a page open': 'not ok',
    'is not run after that': 'not ok',
    pages: 'not ok',
  });
  assert.match(said, /the page was open for 5 s/);
  assert.match(said, /not run, as an earlier test of this file failed: hangs with a page open/);
  assert.doesNotMatch(said, /was run$/m);
  // Neither the profile of a browser nor the folder of a server.
  assert.deepEqual(left, []);
});
