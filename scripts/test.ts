/**
 * Runs a suite of tests, which the first argument names. Further ones are options of `node --test`, such as
 * `--test-name-pattern=…`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { plainFiles, SUITES } from '../test/suites.ts';

const ROOT = join(import.meta.dirname, '..');

const [suite = '', ...options] = process.argv.slice(2);
const files = SUITES[suite]?.();
assert.ok(files, `name a suite: ${Object.keys(SUITES).join(', ')}`);
const run = suite === 'quick' ? together(files) : files;
const { status } = spawnSync(process.execPath, ['--test', ...options, ...run], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

/** Those that can share a process come first, as nothing else takes as long. */
function together(all: readonly string[]): string[] {
  const plain = new Set(plainFiles());
  return ['test/fixtures/plain-tests.ts', ...all.filter((file) => !plain.has(file))];
}
