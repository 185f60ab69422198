import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hitOf } from '../../test/fixtures/hit.ts';
import { Lines, Shelf } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { MemoryLive } from '../live/memory.ts';
import { Spool } from '../spool/spool.ts';
import { Recorder } from './recorder.ts';

const NOW = hitOf().time;

function liveCounts(): MemoryLive {
  return new MemoryLive({ expectedVisitors: 1000, rate: true, now: () => NOW });
}

function openSpool(folder: string, maxBytes = 1e9): Promise<Spool> {
  return Spool.open({ folder, durability: 'disk', maxBytes, sinks: [new Shelf()], log: new Lines() });
}

describe('a hit that is recorded', () => {
  test('is durable before it is counted, and counted before it is acknowledged', async (t) => {
    const spool = await openSpool(temporaryFolder(t));
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    const total = () => live.totals.read(undefined).total;
    await new Promise<void>((resolve) => {
      recorder.record(hitOf(), (fault, seen) => {
        assert.equal(fault, undefined);
        assert.deepEqual(seen, { isNew: true, unique: 1, total: 1 });
        assert.equal(total(), 1);
        assert.equal(spool.accepted, 1);
        resolve();
      });
      assert.equal(total(), 0);
    });
    await spool.close();
  });

  test('and refused is not counted', async (t) => {
    const spool = await openSpool(temporaryFolder(t), 0);
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    assert.throws(() => recorder.record(hitOf(), (refusal) => assert.fail(String(refusal))), {
      code: 'spool_full',
    });
    assert.equal((await live.read(undefined, [])).total.hits, 0);
    await spool.close();
  });

  test('is stored and not counted if a bot sent it', async (t) => {
    const spool = await openSpool(temporaryFolder(t));
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    await new Promise<void>((resolve) => {
      recorder.record(hitOf({ bot: 'Googlebot' }), (fault, seen) => {
        assert.equal(fault, undefined);
        assert.equal(seen, undefined);
        resolve();
      });
    });
    assert.equal(spool.accepted, 1);
    assert.equal((await live.read(undefined, [])).total.hits, 0);
    await spool.close();
  });

  test('needs neither a spool nor live counts', () => {
    const answers: unknown[] = [];
    new Recorder({ live: liveCounts() }).record(hitOf(), (...answer) => answers.push(answer));
    new Recorder({}).record(hitOf(), (...answer) => answers.push(answer));
    assert.deepEqual(answers, [
      [undefined, { isNew: true, unique: 1, total: 1 }],
      [undefined, undefined],
    ]);
  });
});
