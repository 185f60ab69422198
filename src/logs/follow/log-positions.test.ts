import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { ImportKey } from '../../folder/import-key.ts';
import { followTargets } from './log-files.ts';
import { LogPositions } from './log-positions.ts';

test('positions that an earlier version wrote refer to the keyed chunks of the store, once', async (t) => {
  const folder = temporaryFolder(t);
  const key = new ImportKey(new Uint8Array(16).fill(7));
  const positions = new LogPositions(folder, 'a.example', key);
  const [target] = followTargets([join(folder, 'access.log')]);
  const log = {
    ...{ head_bytes: 10, head: 'ab', position: 10, tail: '', name: 'access.log', size: 10 },
    ...{ complete: true, current: true, read_at: '2026-11-30T00:00:00.000Z' },
    ...{ root: '0'.repeat(64), digest: '1'.repeat(72) },
  };
  const { root: _, digest: __, ...unstored } = log;
  positions.write(target!, [log, unstored]);
  const keyed = { ...log, root: key.keyed(log.root), digest: key.keyed(log.digest) };
  assert.notEqual(keyed.root, log.root);
  for (let i = 0; i < 2; i++) {
    const [first, second] = await positions.read(target!);
    assert.deepEqual([first, second?.root], [keyed, undefined]);
    positions.write(target!, [first!, second!]);
  }
  const [file] = readdirSync(join(folder, 'follow'));
  assert.doesNotMatch(readFileSync(join(folder, 'follow', file!), 'utf8'), /0{64}|1{72}/);
  writeFileSync(join(folder, 'follow', file!), '{');
  await assert.rejects(positions.read(target!), { code: 'data_dir_unusable' });
});
