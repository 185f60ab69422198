import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readIdentity, writeIdentity } from './identity-file.ts';

test('the identity of the last server is kept in its folder', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(readIdentity(folder), undefined);
  for (const identity of ['cookieless', 'cookie'] as const) {
    writeIdentity(folder, identity);
    assert.equal(readIdentity(folder), identity);
  }
});

test('a damaged identity is reported', (t) => {
  const folder = temporaryFolder(t);
  for (const text of ['', '{', 'null', '{"identity":"cookies"}']) {
    writeFileSync(join(folder, 'identity.json'), text);
    assert.throws(() => readIdentity(folder), {
      code: 'data_dir_unusable',
      message: /cannot be read.*Delete it/,
    });
  }
});
