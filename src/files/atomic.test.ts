import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SmallDisk } from '../../test/fixtures/small-disk.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { UNFINISHED, writeAtomically, writeAtomicallySync } from './atomic.ts';

const WAYS = {
  'in turn': writeAtomically,
  'at once': async (path: string, text: string) => writeAtomicallySync(path, text),
};

describe('a file that is replaced as a whole', () => {
  for (const [how, write] of Object.entries(WAYS)) {
    it(`${how} has the new content, and is for its owner only`, async (t) => {
      const path = join(temporaryFolder(t), 'a.json');
      writeFileSync(path, 'a longer old one', { mode: 0o644 });
      // A crash left this behind.
      writeFileSync(path + UNFINISHED, 'half', { mode: 0o644 });
      await write(path, 'new');
      assert.equal(readFileSync(path, 'utf8'), 'new');
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });

    it(`${how} stays unchanged if the new one cannot replace it`, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, 'a.json');
      mkdirSync(join(path, 'inner'), { recursive: true });
      await assert.rejects(write(path, 'new'), /a\.json/);
      assert.deepEqual(readdirSync(path), ['inner']);
    });

    it(`${how} stays unchanged if the disk has room for only a part of the new content`, async (t) => {
      const disk = SmallDisk.mount(t, 1);
      if (!disk) return;
      const path = join(disk.path, 'a.json');
      writeFileSync(path, 'old');
      disk.fill(8192);
      await assert.rejects(write(path, 'new'.repeat(20_000)), /ENOSPC/);
      assert.equal(readFileSync(path, 'utf8'), 'old');
      assert.ok(!readdirSync(disk.path).includes(`a.json${UNFINISHED}`));
    });
  }

  it('leaves nothing behind if it fails', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'a.json', 'inner'), { recursive: true });
    await assert.rejects(writeAtomically(join(folder, 'a.json'), 'new'));
    assert.deepEqual(readdirSync(folder), ['a.json']);
  });
});
