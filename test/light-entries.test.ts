/** Entries of the library that run anywhere may load nothing that is not everywhere. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { reached } from './suites.ts';

const SOURCE = join(import.meta.dirname, '../src');
/** The build puts it into the package: see `scripts/siphash.ts`. */
const BUNDLED = 'siphash24/siphash24.js';

describe('an entry for any runtime', () => {
  for (const name of ['simple', 'rate', 'sketch'])
    it(`imports nothing of Node and no package: ${name}`, () => {
      const names = [...reached(join(SOURCE, 'library', `${name}.ts`))].filter(
        (each) => !each.startsWith(SOURCE),
      );
      assert.deepEqual(names, [BUNDLED]);
    });
});
