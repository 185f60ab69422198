import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hex64, KeyedHash } from './hash.ts';
import { DailySalts, type SaltTable } from './salts.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 24, 12);

function saltNumber(number: number): Uint8Array {
  return new Uint8Array(16).fill(number);
}

/** An adjustable clock, salts in the order 1, 2, 3…, and the saved salts. */
class Setting {
  now = NOON;
  readonly saved: SaltTable[] = [];
  #made = 0;

  salts(earlier?: SaltTable, save = (table: SaltTable) => void this.saved.push({ ...table })): DailySalts {
    return new DailySalts({
      ...(earlier && { salts: earlier }),
      now: () => this.now,
      random: (bytes) => new Uint8Array(bytes).fill(++this.#made),
      onChange: save,
    });
  }
}

function idOf(hash: KeyedHash | undefined): string | undefined {
  if (!hash) return undefined;
  const { high, low } = hash.digest('example.com 192.0.2.1 Mozilla/5.0');
  return hex64(high, low);
}

describe('daily salts', () => {
  test('identify a visitor alike all day, and differently the next day', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const midnight = Date.UTC(2026, 10, 25);
    const first = idOf(salts.hashFor(setting.now));
    setting.now = midnight - 1;
    assert.equal(idOf(salts.hashFor(setting.now)), first);
    setting.now = midnight;
    assert.notEqual(idOf(salts.hashFor(setting.now)), first);
  });

  test('identify the visitor of a late hit as on the day before', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const first = idOf(salts.hashFor(NOON));
    setting.now = NOON + DAY;
    assert.equal(idOf(salts.hashFor(NOON)), first);
    assert.notEqual(idOf(salts.hashFor(NOON + DAY)), first);
  });

  test('treat a hit from the future as one of today', () => {
    const setting = new Setting();
    const salts = setting.salts();
    assert.equal(idOf(salts.hashFor(NOON + 10 * DAY)), idOf(salts.hashFor(NOON)));
  });

  test('are gone 48 hours after they were created, even for hits of that day', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const madeAt = Date.UTC(2026, 10, 24);
    setting.now = madeAt;
    assert.ok(salts.hashFor(madeAt));
    setting.now = madeAt + 2 * DAY - 1;
    assert.ok(salts.hashFor(madeAt));
    setting.now = madeAt + 2 * DAY;
    assert.equal(salts.hashFor(madeAt), undefined);
    assert.equal('2026-11-24' in setting.saved.at(-1)!, false);
  });

  test('are destroyed in time even without hits, when the next change of day is computed', () => {
    const setting = new Setting();
    const salts = setting.salts();
    salts.rotate();
    setting.now = NOON + 2 * DAY;
    salts.rotate();
    assert.deepEqual(Object.keys(setting.saved.at(-1)!), ['2026-11-26']);
  });

  test('are random each day: none can be derived from earlier ones', () => {
    const setting = new Setting();
    const salts = setting.salts();
    for (let day = 0; day < 4; day++) {
      setting.now = NOON + day * DAY;
      assert.deepEqual(salts.table[new Date(setting.now).toISOString().slice(0, 10)], saltNumber(day + 1));
    }
    // A node that was down for a day does not keep the old one.
    const late = new Setting();
    late.now = NOON + 2 * DAY;
    assert.deepEqual(Object.values(late.salts({ '2026-11-24': saltNumber(9) }).table), [saltNumber(1)]);
  });

  test('that all nodes use are adopted ahead of their day, and may change until it begins', () => {
    const setting = new Setting();
    const salts = setting.salts();
    salts.rotate();
    assert.equal(salts.adopt('2026-11-25', saltNumber(7)), true);
    assert.equal(salts.adopt('2026-11-25', saltNumber(8)), true);
    setting.now = NOON + DAY;
    assert.deepEqual(salts.table['2026-11-25'], saltNumber(8));
    assert.deepEqual([salts.isShared('2026-11-24'), salts.isShared('2026-11-25')], [false, true]);
  });

  test('in use are never replaced, and it is recorded that other nodes use another', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const own = idOf(salts.hashFor(NOON));
    assert.equal(salts.adopt('2026-11-24', saltNumber(7)), false);
    assert.equal(idOf(salts.hashFor(NOON)), own);
    assert.equal(salts.adopt('2026-11-24', saltNumber(1)), true, 'it is the same one');
    assert.equal(salts.adopt('2026-11-24', saltNumber(7)), false);
    assert.equal(salts.isShared('2026-11-24'), false);
    // Nor after a restart, which does not know whether it was used, nor after the clock was set back.
    const restarted = setting.salts(setting.saved.at(-1));
    assert.equal(restarted.adopt('2026-11-24', saltNumber(7)), false);
    setting.now = NOON - DAY;
    assert.equal(salts.adopt('2026-11-24', saltNumber(7)), false);
  });

  test('of yesterday are adopted by a new node, and identify its late hits', () => {
    const setting = new Setting();
    const salts = setting.salts();
    salts.rotate();
    assert.equal(salts.hashFor(NOON - DAY), undefined);
    assert.equal(salts.adopt('2026-11-23', saltNumber(7)), true);
    assert.equal(idOf(salts.hashFor(NOON - DAY)), idOf(new KeyedHash(saltNumber(7))));
    assert.equal(salts.adopt('2026-11-22', saltNumber(7)), false, 'what is older is not kept');
    assert.equal(salts.hashFor(NOON - 2 * DAY), undefined);
  });

  test('are pruned without creating a new one', () => {
    const setting = new Setting();
    const salts = setting.salts();
    salts.rotate();
    setting.now = NOON + 2 * DAY;
    salts.prune();
    assert.deepEqual(setting.saved.at(-1), {});
    assert.deepEqual(salts.saltOf('2026-11-26'), undefined);
  });

  test('do not exist for days before the first', () => {
    const salts = new Setting().salts();
    for (const days of [1, 2, 400]) assert.equal(salts.hashFor(NOON - days * DAY), undefined);
    assert.equal(salts.hashFor(0), undefined);
  });

  test('of today and yesterday stay the same across a restart', () => {
    const setting = new Setting();
    const first = setting.salts();
    first.hashFor(NOON);
    setting.now = NOON + DAY;
    const ids = [NOON, NOON + DAY].map((time) => idOf(first.hashFor(time)));
    const second = setting.salts(setting.saved.at(-1));
    assert.deepEqual(
      [NOON, NOON + DAY].map((time) => idOf(second.hashFor(time))),
      ids,
    );
  });

  test('that have expired are not loaded at a restart', () => {
    const setting = new Setting();
    const old = { '2026-11-01': new Uint8Array(16).fill(9), '2026-11-22': new Uint8Array(16).fill(8) };
    setting.salts(old).rotate();
    assert.deepEqual(Object.keys(setting.saved.at(-1)!), ['2026-11-24']);
  });

  test('are saved before they are used, once a day', () => {
    const setting = new Setting();
    const salts = setting.salts();
    assert.equal(setting.saved.length, 0);
    salts.hashFor(NOON);
    assert.deepEqual(setting.saved, [{ '2026-11-24': new Uint8Array(16).fill(1) }]);
    for (let hour = 0; hour < 12; hour++) {
      setting.now = NOON + hour * HOUR;
      salts.hashFor(setting.now);
    }
    assert.equal(setting.saved.length, 1);
  });

  test('that cannot be saved are not used: the hit fails, and the next one tries again', () => {
    const setting = new Setting();
    let full = true;
    const salts = setting.salts(undefined, (table) => {
      if (full) throw new Error('no space left on device');
      setting.saved.push(table);
    });
    assert.throws(() => salts.hashFor(NOON), /no space left/);
    assert.throws(() => salts.hashFor(NOON), /no space left/);
    full = false;
    assert.ok(salts.hashFor(NOON));
    assert.equal(setting.saved.length, 1);
  });

  test('survive a clock that is set back across midnight', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const midnight = Date.UTC(2026, 10, 25);
    const before = idOf(salts.hashFor(NOON));
    setting.now = midnight + 5;
    const after = idOf(salts.hashFor(setting.now));
    setting.now = midnight - 5;
    assert.equal(idOf(salts.hashFor(setting.now)), before);
    setting.now = midnight + 5;
    assert.equal(idOf(salts.hashFor(setting.now)), after);
    assert.equal(idOf(salts.hashFor(NOON)), before);
  });

  test('of another length are not adopted, and existing ones stay', () => {
    const setting = new Setting();
    const salts = setting.salts();
    const before = idOf(salts.hashFor(NOON));
    const tomorrow = new Date(NOON + 86_400_000).toISOString().slice(0, 10);
    for (const length of [0, 3, 15, 17]) {
      assert.throws(() => salts.adopt(tomorrow, new Uint8Array(length)), /a salt has 16 bytes/);
    }
    assert.equal(idOf(salts.hashFor(NOON)), before);
    setting.now = NOON + 86_400_000;
    assert.ok(salts.hashFor(setting.now));
  });
});
