import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';
import { DataFolder } from './folder.ts';

describe('a data folder', () => {
  test('is created with its parents, for its owner only', (t) => {
    const path = join(temporaryFolder(t), 'a', 'b');
    const folder = DataFolder.open(path);
    t.after(() => folder.close());
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.deepEqual(
      [folder.path, folder.store, folder.spool],
      [path, join(path, 'store'), join(path, 'spool')],
    );
  });

  test('belongs to one process at a time, and is free again when closed, however often', (t) => {
    const path = temporaryFolder(t);
    const folder = DataFolder.open(path);
    assert.throws(
      () => DataFolder.open(path),
      (error) => error instanceof HitError && error.code === 'data_dir_locked',
    );
    folder.close();
    folder.close();
    DataFolder.open(path).close();
  });

  test('is released if its secrets are damaged', (t) => {
    const path = temporaryFolder(t);
    writeFileSync(join(path, 'secrets.json'), 'x');
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => DataFolder.open(path),
        (error) => error instanceof HitError && error.code === 'data_dir_unusable',
      );
    }
  });

  test('loses expired salts as soon as it is opened, before any hit', (t) => {
    const path = temporaryFolder(t);
    const file = join(path, 'salts.json');
    const old = { '2020-01-01': Buffer.alloc(16).toString('base64') };
    writeFileSync(file, JSON.stringify({ salts: old, shared: ['2020-01-01'] }));
    DataFolder.open(path).close();
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { salts: {}, shared: [] });
  });

  test('cannot be a file or below one, and the error says what to do', (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      assert.throws(
        () => DataFolder.open(path),
        (error) =>
          error instanceof HitError &&
          error.code === 'data_dir_unusable' &&
          error.message.includes(path) &&
          error.message.endsWith('Choose another with --data-dir'),
      );
    }
  });
});
