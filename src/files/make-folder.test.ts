import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { makeFolder } from './make-folder.ts';

test('a folder is made with its parents, and one that is there is left', (t) => {
  const path = join(temporaryFolder(t), 'a', 'b', 'c');
  makeFolder(path, 0o700);
  makeFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('where no folder can be made it ends with an error', { skip: !existsSync('/proc') }, () => {
  assert.throws(() => makeFolder('/proc/none/a/b'), { code: 'ENOENT' });
});
