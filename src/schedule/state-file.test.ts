import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { KeptLog } from '../../test/fixtures/kept-log.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readTimes, StateFile } from './state-file.ts';

const read = (json: unknown) => readTimes(json, 'the file');

describe('a state file', () => {
  test('has the last value that was set, in the order of calls', async (t) => {
    const path = join(temporaryFolder(t), 'state.json');
    const log = new KeptLog();
    const file = await StateFile.open(path, { read, none: {}, log });
    const days = Array.from({ length: 20 }, (_, day) => new Date(Date.UTC(2026, 10, 1 + day)));
    await Promise.all(days.map((day) => file.set({ day })));
    assert.deepEqual((await StateFile.open(path, { read, none: {}, log })).state, { day: days.at(-1) });
    assert.deepEqual(log.lines, []);
  });

  test('that cannot be written is logged, and continues in memory', async (t) => {
    const folder = join(temporaryFolder(t), 'state');
    mkdirSync(folder);
    const path = join(folder, 'state.json');
    const log = new KeptLog();
    const file = await StateFile.open(path, { read, none: {}, log });
    rmSync(folder, { recursive: true });
    const state = { day: new Date(0) };
    await file.set(state);
    assert.equal(file.state, state);
    assert.match(log.lines[0]!, /^error: .*state\.json cannot be written: ENOENT/);
    mkdirSync(folder);
    await file.set(state);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { day: '1970-01-01T00:00:00.000Z' });
  });

  test('with invalid content is refused', () => {
    for (const invalid of [null, [], 'x', 1, { a: 1 }, { a: 'yesterday' }, { a: null }]) {
      assert.throws(() => read(invalid), /is not a JSON object|"a" is not a time/);
    }
    assert.deepEqual(
      read(JSON.parse('{"__proto__":"1970-01-01T00:00:00Z"}')),
      Object.fromEntries([['__proto__', new Date(0)]]),
    );
  });
});
