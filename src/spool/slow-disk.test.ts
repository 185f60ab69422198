import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { append, openSpool } from '../../test/fixtures/spool.ts';

test('while the disk hangs, new hits are refused at once, and those on their way are answered when it is back', async (t) => {
  const { spool, shelf } = await openSpool(t);
  const { fdatasync } = fs;
  const held: (() => void)[] = [];
  const restore = () => {
    fs.fdatasync = fdatasync;
    syncBuiltinESMExports();
  };
  t.after(restore);
  fs.fdatasync = ((...args: Parameters<typeof fdatasync>) =>
    void held.push(() => fdatasync(...args))) as typeof fdatasync;
  syncBuiltinESMExports();

  const acknowledged: string[] = [];
  const send = async (path: string) => {
    await append(spool, path);
    acknowledged.push(path);
  };
  const first = send('/hit-0');
  while (held.length === 0) await sleep(5);
  const second = send('/hit-1');
  await sleep(1100);
  await assert.rejects(send('/hit-2'), {
    code: 'spool_full',
    retryAfter: 5,
    message: /the disk does not answer/,
  });
  await assert.rejects(spool.probe(), { code: 'spool_full' });
  assert.deepEqual(acknowledged, []);

  restore();
  for (const sync of held) sync();
  await Promise.all([first, second]);
  await send('/hit-3');
  await spool.flush();
  assert.deepEqual(acknowledged, ['/hit-0', '/hit-1', '/hit-3']);
  assert.deepEqual(shelf.paths, acknowledged);
});
