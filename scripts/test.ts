/**
 * Runs the suite of tests given by the first argument. Further arguments are options of `node --test`, such as
 * `--test-name-pattern=…`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { plainFiles, SUITES } from '../test/suites.ts';

const ROOT = join(import.meta.dirname, '..');

const [suite = '', ...options] = process.argv.slice(2);
const files = SUITES[suite]?.();
assert.ok(files, `the first argument must be a suite: ${Object.keys(SUITES).join(', ')}`);
const run = suite === 'quick' ? together(files) : files;
const { status } = spawnSync(process.execPath, ['--test', ...options, ...run], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

/** The files that can share a process come first, as they take the longest. */
function together(all: readonly string[]): string[] {
  const plain = new Set(plainFiles());
  return ['test/fixtures/plain-tests.ts', ...all.filter((file) => !plain.has(file))];
}
