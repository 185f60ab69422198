import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { randomHalves } from '../../test/fixtures/random.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { MidnightVisits, VISIT_TIMEOUT } from './midnight-visits.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const MINUTE = 60_000;

function idOf(number: number) {
  // Distributed like hashes.
  return { high: number, low: Math.imul(number, 0x9e3779b1) >>> 0 };
}

test('ids have their first and last time seen, to the millisecond', () => {
  const visits = new MidnightVisits();
  assert.equal(visits.seenTimesOf(idOf(1)), undefined);
  visits.record(idOf(1), MIDNIGHT - 1234);
  visits.record(idOf(1), MIDNIGHT + 77);
  visits.record(idOf(1), MIDNIGHT - 99);
  assert.deepEqual(visits.seenTimesOf(idOf(1)), { first: MIDNIGHT - 1234, last: MIDNIGHT + 77 });
  assert.equal(visits.seenTimesOf(idOf(2)), undefined);
  visits.record({ high: 0, low: 0 }, MIDNIGHT);
  assert.deepEqual(visits.seenTimesOf({ high: 0, low: 0 }), { first: MIDNIGHT, last: MIDNIGHT });
});

test('the table agrees with a map at any fill, until something must be overwritten', () => {
  const visits = new MidnightVisits(undefined, 4096);
  const truth = new Map<number, { first: number; last: number }>();
  const halves = randomHalves(20261125);
  const random = () => halves() / 2 ** 32;
  for (let i = 0; i < 20_000; i++) {
    const number = Math.floor(random() * 1500) + 1;
    const time = MIDNIGHT + Math.floor((random() - 0.5) * 60) * MINUTE;
    visits.record(idOf(number), time);
    const known = truth.get(number) ?? { first: time, last: time };
    truth.set(number, { first: Math.min(known.first, time), last: Math.max(known.last, time) });
  }
  for (const [number, sight] of truth) assert.deepEqual(visits.seenTimesOf(idOf(number)), sight);
  for (let number = 1501; number < 3000; number++) assert.equal(visits.seenTimesOf(idOf(number)), undefined);
});

test('if there are too many ids, those seen longest ago are overwritten', () => {
  const visits = new MidnightVisits(undefined, 32);
  for (let number = 1; number <= 40; number++) visits.record(idOf(number), MIDNIGHT + number);
  const known = Array.from({ length: 40 }, (_, i) => i + 1).filter((number) =>
    visits.seenTimesOf(idOf(number)),
  );
  assert.deepEqual(
    known,
    Array.from({ length: 32 }, (_, i) => i + 9),
  );
});

test('of 600,000 ids within half an hour about one in 7,000 is overwritten, as the Poisson distribution predicts', () => {
  const visits = new MidnightVisits();
  const halves = randomHalves(600_000);
  const ids = Array.from({ length: 600_000 }, () => ({ high: halves(), low: halves() }));
  for (const [i, id] of ids.entries()) visits.record(id, MIDNIGHT - VISIT_TIMEOUT + 3 * i);
  const lost = ids.filter((id) => !visits.seenTimesOf(id)).length;
  // Runs of 32, of 600,000 / 32,768 ids each: 84.2 are expected beyond them.
  assert.ok(Math.abs(lost - 84.2) < 45, `${lost} were overwritten`);
});

test('visits are near midnight for half an hour on both sides, and while one continues', () => {
  const visits = new MidnightVisits();
  for (const [time, isNear] of [
    [MIDNIGHT - VISIT_TIMEOUT - 1, false],
    [MIDNIGHT - VISIT_TIMEOUT, true],
    [MIDNIGHT, true],
    [MIDNIGHT + VISIT_TIMEOUT - 1, true],
    [MIDNIGHT + VISIT_TIMEOUT, false],
  ] as const) {
    assert.equal(visits.isNear(time), isNear, new Date(time).toISOString());
  }
  visits.goesOn(MIDNIGHT + 20 * MINUTE);
  visits.goesOn(MIDNIGHT + 10 * MINUTE);
  assert.equal(visits.isNear(MIDNIGHT + 50 * MINUTE - 1), true);
  assert.equal(visits.isNear(MIDNIGHT + 50 * MINUTE), false);
});

test('the table is emptied when no visit continues, and not before', () => {
  const visits = new MidnightVisits();
  visits.release(MIDNIGHT);
  visits.record(idOf(1), MIDNIGHT - MINUTE);
  visits.goesOn(MIDNIGHT + 20 * MINUTE);
  visits.release(MIDNIGHT + 40 * MINUTE);
  assert.ok(visits.seenTimesOf(idOf(1)));
  visits.release(MIDNIGHT + 50 * MINUTE);
  assert.equal(visits.seenTimesOf(idOf(1)), undefined);
  assert.ok(
    new BigUint64Array(visits.memory, 8).every((word) => word === 0n),
    'nothing of it is left',
  );
});

test('a table that was not emptied starts over when times no longer fit', () => {
  const visits = new MidnightVisits();
  const later = MIDNIGHT + 400 * 86_400_000;
  visits.record(idOf(1), MIDNIGHT);
  visits.record(idOf(2), later);
  assert.deepEqual(visits.seenTimesOf(idOf(2)), { first: later, last: later });
  assert.equal(visits.seenTimesOf(idOf(1)), undefined);
});

test('threads that see ids concurrently lose no ids and no times', {
  timeout: scaledTimeout(30_000),
}, async () => {
  const visits = new MidnightVisits(undefined, 8192);
  const [threads, ids] = [3, 2000];
  // A barrier.
  const gate = new SharedArrayBuffer(4);
  const module = new URL('./midnight-visits.ts', import.meta.url).href;
  const workers = Array.from(
    { length: threads },
    (_, thread) =>
      new Worker(
        `const { workerData: w } = require('node:worker_threads');
         import(w.module).then(({ MidnightVisits }) => {
           const visits = new MidnightVisits(w.memory);
           const gate = new Int32Array(w.gate);
           Atomics.add(gate, 0, 1);
           while (Atomics.load(gate, 0) < w.threads);
           for (let number = 1; number <= w.ids; number++) {
             const id = { high: number, low: Math.imul(number, 0x9e3779b1) >>> 0 };
             visits.record(id, w.midnight + (number * 7 + w.thread * 13) % 29);
           }
         });`,
        {
          eval: true,
          workerData: { module, memory: visits.memory, threads, thread, ids, midnight: MIDNIGHT, gate },
        },
      ),
  );
  await Promise.all(workers.map((worker) => new Promise((done) => worker.on('exit', done))));
  for (let number = 1; number <= ids; number++) {
    const times = Array.from(
      { length: threads },
      (_, thread) => MIDNIGHT + ((number * 7 + thread * 13) % 29),
    );
    assert.deepEqual(visits.seenTimesOf(idOf(number)), {
      first: Math.min(...times),
      last: Math.max(...times),
    });
  }
});
