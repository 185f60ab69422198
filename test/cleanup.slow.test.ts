import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const FILE = join(import.meta.dirname, 'fixtures/failing-tests.ts');

test('a test that fails or hangs fails no other, and leaves no folder and no process', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const TMPDIR = join(temporaryFolder(t), 'tmp');
  mkdirSync(TMPDIR);
  // Without the mark of a test runner, under which it would report to that.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['--test-reporter=tap', FILE], {
    env: { ...environment, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(child.stdout);
  const outcomes = Array.from(said.matchAll(/^(ok|not ok) \d+ - (.*)$/gm), ([, outcome, name]) => [
    name,
    outcome,
  ]);
  assert.deepEqual(Object.fromEntries(outcomes), {
    'hangs with a store open, on which a query runs': 'not ok',
    'opens a store after that': 'ok',
    'throws with a tracker open': 'not ok',
    'hangs with a server open in its process': 'not ok',
    'opens a store after these': 'ok',
    'leaves a server in a process of its own': 'not ok',
  });
  assert.deepEqual(readdirSync(TMPDIR), []);
  const pid = Number(/server (\d+)/.exec(said)?.[1]);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});
