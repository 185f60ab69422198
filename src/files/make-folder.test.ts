import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { makeFolder } from './make-folder.ts';

test('a folder is created with its parents, and an existing one is left alone', (t) => {
  const path = join(temporaryFolder(t), 'a', 'b', 'c');
  makeFolder(path, 0o700);
  makeFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('it fails with an error if the folder cannot be created', { skip: !existsSync('/proc') }, () => {
  assert.throws(() => makeFolder('/proc/none/a/b'), { code: 'ENOENT' });
});
