import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { type Page, SwapFile } from './swap-file.ts';

describe('a swap file', () => {
  test('returns its pages in any order', (t) => {
    using file = new SwapFile(temporaryFolder(t));
    const step = fc.record({ size: fc.integer({ min: 0, max: 5000 }), takes: fc.nat(2), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pages: { page: Page; bytes: Uint8Array }[] = [];
        const take = (which: number) => {
          const [taken] = pages.splice(which % pages.length, 1);
          assert.deepEqual(file.take(taken!.page), taken!.bytes);
        };
        for (const [index, { size, takes, which }] of steps.entries()) {
          const bytes = new Uint8Array(size).fill(index + 1);
          pages.push({ page: file.write(bytes), bytes });
          for (let i = 0; i < takes && pages.length > 0; i++) take(which);
        }
        while (pages.length > 0) take(0);
      }),
      { seed: 4, numRuns: rounds(50, 15) },
    );
  });

  test('is no larger than its peak content', (t) => {
    using file = new SwapFile(temporaryFolder(t));
    for (let round = 0; round < 100; round++) {
      const pages = Array.from({ length: 10 }, () => file.write(new Uint8Array(1000)));
      for (const page of pages) file.take(page);
    }
    assert.equal(file.bytes, 10 * 1024);
  });

  test('has no name, so it leaves nothing behind', (t) => {
    const folder = temporaryFolder(t);
    using file = new SwapFile(folder);
    file.write(new Uint8Array(1000));
    assert.deepEqual(readdirSync(folder), []);
  });

  test('names the folder if it cannot be created', (t) => {
    const folder = join(temporaryFolder(t), 'missing');
    assert.throws(() => new SwapFile(folder), { code: 'data_dir_unusable', message: new RegExp(folder) });
  });
});
