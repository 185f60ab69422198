/** Which tests the scripts with more rounds run. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = `${import.meta.dirname}/..`;
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));

describe('a test that is repeated more often on request', () => {
  const tests = globSync('{src,test}/**/*.test.ts', { cwd: ROOT }).filter((file) =>
    /\brounds\(/.test(readFileSync(`${ROOT}/${file}`, 'utf8')),
  );

  for (const name of ['test:faults', 'test:long']) {
    it(`runs by ${name}`, () => {
      const patterns = String(scripts[name])
        .split(/\s+/)
        .map((word) => word.replaceAll('"', ''));
      const missing = tests.filter((file) => !patterns.some((pattern) => matchesGlob(file, pattern)));
      assert.ok(tests.length > 10);
      assert.deepEqual(missing, []);
    });
  }
});
