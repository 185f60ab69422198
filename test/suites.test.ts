import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { plainFiles, SUITES } from './suites.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;
const existing = globSync('**/*.test.{ts,tsx,js}', {
  cwd: ROOT,
  exclude: (path) => /^(node_modules|dist|\..+)$/.test(path),
});

describe('the suites', () => {
  test('run each test file there is, in at least one', () => {
    const run = new Set(Object.values(SUITES).flatMap((files) => files()));
    assert.ok(existing.length > 250);
    assert.deepEqual([...run].sort(), existing.sort());
  });

  test('have a script each, which CI runs', () => {
    for (const suite of Object.keys(SUITES)) {
      const [name = ''] = Object.entries(scripts).find(([, text]) =>
        text.includes(`scripts/test.ts ${suite}`),
      )!;
      const steps = new RegExp(
        `^step \\S+ npm (?:run )?${name}(?: -- --test-shard=(?<shard>\\d)/(?<shards>\\d))?$`,
        'gm',
      );
      const parts = Array.from(
        read('.ci/run').matchAll(steps),
        ({ groups }) => `${groups!.shard ?? 1}/${groups!.shards ?? 1}`,
      );
      const all = Number(parts[0]?.split('/')[1] ?? 1);
      assert.deepEqual(
        parts,
        Array.from({ length: all }, (_, at) => `${at + 1}/${all}`),
        suite,
      );
    }
  });

  test('with more rounds run what is repeated more often on request', () => {
    const repeated = existing.filter((file) => /\brounds\(/.test(read(file)));
    const run = SUITES.faults!();
    assert.ok(repeated.length > 10);
    assert.deepEqual(
      repeated.filter((file) => !run.includes(file)),
      [],
    );
    for (const name of ['test:faults', 'test:long'])
      assert.match(scripts[name]!, /scripts\/test\.ts faults\b/);
  });

  test('let only tests share a process that need no engine, process, thread or browser', () => {
    const plain = plainFiles();
    assert.ok(plain.length > 100 && plain.includes('src/hit/site.test.ts'));
    for (const file of [
      'src/store/store.test.ts',
      'test/cli.test.ts',
      'src/sketch/threads.test.ts',
      'test/browser/dashboard.test.ts',
    ]) {
      assert.ok(existing.includes(file) && !plain.includes(file), file);
    }
  });
});
