import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accepted, DAY, FIREFOX, hitFrom, intakeAt, visitorOf } from '../../test/fixtures/intake.ts';
import { randomHalves } from '../../test/fixtures/random.ts';
import { MidnightVisits } from './midnight-visits.ts';
import { DailySalts } from './salts.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const MINUTE = 60_000;
const SILENCE = 30 * MINUTE;

/** Minutes after midnight; negative before it. */
const at = (minutes: number) => MIDNIGHT + minutes * MINUTE;

/** Visitors of one person's page views, in the given order, each at its time. */
function visitorsAt(minutes: readonly number[], options: Parameters<typeof intakeAt>[1] = {}): string[] {
  const clock = { now: 0 };
  const intake = intakeAt(clock, { identity: 'cookieless', ...options });
  return minutes.map((minute) => {
    clock.now = at(minute);
    return visitorOf(hitFrom({ time: clock.now }, intake));
  });
}

/** Visitors of hits sent at 02:00, in the given order. */
function toldAt(minutes: readonly number[]): string[] {
  const clock = { now: at(120) };
  const intake = intakeAt(clock, { salts: saltsAt(clock) });
  return minutes.map((minute) =>
    visitorOf(hitFrom({ kind: 'server', site: 'a.com', time: at(minute) }, intake)),
  );
}

/** Salts of the days on both sides of midnight, as on a node that ran the day before. */
function saltsAt(clock: { now: number }): DailySalts {
  const salts = { '2026-11-24': new Uint8Array(16).fill(4), '2026-11-25': new Uint8Array(16).fill(5) };
  return new DailySalts({ salts, random: () => assert.fail(), now: () => clock.now });
}

const distinct = (visitors: readonly string[]) => new Set(visitors).size;

describe('a visitor without a cookie, across midnight UTC,', () => {
  test('stays one visitor until there is a gap of 30 minutes', () => {
    assert.equal(distinct(visitorsAt([-5, 5, 30, 50])), 1);
    assert.equal(distinct(visitorsAt([-29, -1, 28, 57, 86, 115])), 1);
  });

  test('becomes another visitor after a gap of 30 minutes, to the millisecond, and stays that one', () => {
    const justBefore = -5 + (SILENCE - 1) / MINUTE;
    assert.equal(distinct(visitorsAt([-5, justBefore])), 1);
    assert.equal(distinct(visitorsAt([-5, 25])), 2);
    const [first, second, third, fourth, fifth] = visitorsAt([-5, 20, 51, 60, 600]);
    assert.equal(second, first);
    assert.notEqual(third, first);
    assert.deepEqual([fourth, fifth], [third, third]);
  });

  test('is a new visitor if they were not there the day before', () => {
    const [before, after] = visitorsAt([-31, 1]);
    assert.notEqual(after, before);
  });

  test('stays one visitor until yesterday’s salt is destroyed, and no longer', () => {
    const minutes = Array.from({ length: 120 }, (_, i) => -5 + i * 20);
    const visitors = visitorsAt(minutes);
    const isOfFirst = (minute: number) => minute < 24 * 60;
    assert.equal(distinct(visitors.filter((_, i) => isOfFirst(minutes[i]!))), 1);
    assert.equal(distinct(visitors), 2);
  });

  test('gets the id of the visit in the cookie, and is identified by it', () => {
    const clock = { now: at(-5) };
    const intake = intakeAt(clock);
    const [visitor, cookie] = [
      visitorOf(hitFrom({ time: clock.now }, intake)),
      accepted({ time: clock.now }, intake).cookie,
    ];
    clock.now = at(5);
    const again = accepted({ time: clock.now }, intake);
    assert.equal(visitorOf(again.hit), visitor);
    assert.equal(again.cookie, cookie);
  });

  test('is not confused with one of another site, address or agent', () => {
    const clock = { now: at(-5) };
    const intake = intakeAt(clock, { identity: 'cookieless' });
    hitFrom({ time: clock.now }, intake);
    clock.now = at(5);
    const own = visitorOf(hitFrom({ time: clock.now, peer: '8.8.4.4' }, intake));
    const fresh = visitorsAt([5], {});
    for (const facts of [{ peer: '8.8.4.4' }, { host: 'example.org' }, { userAgent: `${FIREFOX}1` }]) {
      const visitor = visitorOf(hitFrom({ time: clock.now, ...facts }, intake));
      assert.equal(visitor, visitorOf(hitFrom({ time: clock.now, ...facts }, intakeAt(clock))));
    }
    assert.notEqual(own, fresh[0]);
  });

  test('is still counted without the previous day’s salt or table', () => {
    const salts = new DailySalts({ random: (bytes) => new Uint8Array(bytes).fill(3), now: () => at(5) });
    assert.equal(distinct(visitorsAt([5, 10], { salts })), 1);
  });

  test('is the same for two intakes that share the table, as threads do', () => {
    const clock = { now: at(-1) };
    const memory = new MidnightVisits();
    const [first, second] = [memory, new MidnightVisits(memory.memory)].map((midnight) =>
      intakeAt(clock, { identity: 'cookieless', midnight, salts: saltsAt(clock) }),
    );
    const visitors = [visitorOf(hitFrom({ time: clock.now }, first))];
    for (const minute of [10, 35, 60, 85]) {
      clock.now = at(minute);
      visitors.push(visitorOf(hitFrom({ time: clock.now }, minute % 20 === 0 ? first : second)));
    }
    assert.equal(distinct(visitors), 1);
  });
});

describe('late hits of a visitor from a trusted sender', () => {
  test('are of one visitor across midnight, as if they had arrived in time', () => {
    assert.equal(distinct(toldAt([-5, 5, 30, 50])), 1);
    assert.equal(distinct(toldAt([-5, 25])), 2);
  });

  test('are of one visitor in other orders too', () => {
    for (const minutes of [
      [5, -5],
      [20, 5, -5, -20],
      [-5, 20, 5, 45],
      [20, -8, -25, 40],
    ]) {
      assert.equal(distinct(toldAt(minutes)), 1, minutes.join());
    }
    assert.equal(distinct(toldAt([25, -5])), 2);
    assert.equal(distinct(toldAt([-5, 26, 25])), 2, 'the second was named when nothing was between');
  });

  test('from long ago do not affect those of today', () => {
    const clock = { now: at(-5) };
    const salts = saltsAt(clock);
    const intake = intakeAt(clock, { salts, identity: 'cookieless' });
    const told = { kind: 'server', site: 'example.com' } as const;
    const visitor = visitorOf(hitFrom({ time: clock.now }, intake));
    clock.now = at(5);
    for (const days of [1, 2, 3, 400, 10_000]) {
      for (const minute of [-1, 1]) hitFrom({ ...told, time: at(minute) - days * DAY }, intake);
    }
    assert.equal(visitorOf(hitFrom({ time: clock.now }, intake)), visitor);
  });

  test('are of one visitor in either order exactly if less than 30 minutes are between them', () => {
    const halves = randomHalves(7);
    const random = () => halves() / 2 ** 32;
    for (let i = 0; i < 500; i++) {
      const [before, after] = [-random() * 30, random() * 30];
      const pair = [before, after].map((minute) => Math.round(minute * MINUTE) / MINUTE);
      const isOne = Math.round((pair[1]! - pair[0]!) * MINUTE) < SILENCE;
      for (const order of [pair, pair.toReversed()]) {
        assert.equal(distinct(toldAt(order)) === 1, isOne, order.join());
      }
    }
  });
});

test('visitors of three days are those that an exact recount of all hits finds', () => {
  interface Sent {
    readonly person: number;
    readonly time: number;
  }
  const halves = randomHalves(20261125);
  const random = () => halves() / 2 ** 32;
  const sent: Sent[] = [];
  for (let person = 0; person < 150; person++) {
    // Around midnight, with gaps of up to 40 minutes; some continue all day.
    let time = MIDNIGHT + Math.floor(random() * 3) * DAY - 90 * MINUTE * random();
    const hits = person % 10 === 0 ? 150 : 12;
    for (let i = 0; i < hits; i++) {
      sent.push({ person, time: Math.floor(time) });
      time += random() * (person % 10 === 0 ? 20 : 40) * MINUTE;
    }
  }
  sent.sort((a, b) => a.time - b.time);

  const clock = { now: 0 };
  const intake = intakeAt(clock, { identity: 'cookieless' });
  const names = sent.map(({ person, time }) => {
    clock.now = time;
    return visitorOf(hitFrom({ time, peer: `8.8.${person}.1` }, intake));
  });

  /** From the hits alone: the day whose salt identifies the visit, kept until a gap, while that salt exists. */
  const days = new Map<number, { day: number; time: number }>();
  const expected = sent.map(({ person, time }) => {
    const today = Math.floor(time / DAY);
    const last = days.get(person);
    const goesOn = last !== undefined && time - last.time < SILENCE && last.day >= today - 1;
    const day = goesOn ? last.day : today;
    days.set(person, { day, time });
    return `${person} on ${day}`;
  });
  const truth = new Map<string, string>();
  for (const [i, name] of names.entries()) {
    const known = truth.get(expected[i]!) ?? name;
    assert.equal(name, known, `${expected[i]} at ${new Date(sent[i]!.time).toISOString()}`);
    truth.set(expected[i]!, name);
  }
  assert.equal(distinct([...truth.values()]), truth.size);
  assert.ok(truth.size > 200, `${truth.size} visitors`);
});
