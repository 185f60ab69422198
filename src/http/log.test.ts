import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { openLog } from './log.ts';

test('a log is written to its stream, from its level on', () => {
  const out = new PassThrough({ encoding: 'utf8' });
  const log = openLog('warn', out);
  log.info('not this');
  log.error('this');
  assert.deepEqual(
    String(out.read())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ['this'],
  );
});

test('a line is in the log’s file as soon as it is logged', (t) => {
  const path = join(temporaryFolder(t), 'log');
  const fd = openSync(path, 'a');
  t.after(() => closeSync(fd));
  openLog('info', { fd }).info('this');
  assert.match(readFileSync(path, 'utf8'), /"msg":"this"/);
});
