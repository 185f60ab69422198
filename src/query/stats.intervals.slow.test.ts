import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { Store } from '../store/store.ts';
import type { Stats } from './answers.ts';
import { INTERVALS, type Interval, readSelection } from './selection.ts';
import { stats } from './stats.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = { from: Date.UTC(2026, 0), to: Date.UTC(2027, 0) };

/** Zones with the difficult cases of calendars, and days of 2026 before their clocks change. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  UTC: [],
  'Europe/Berlin': ['2026-03-28', '2026-10-24'],
  'Asia/Kolkata': ['2026-01-01'], // 5:30 ahead
  'Asia/Kathmandu': ['2026-01-01'], // 5:45 ahead
  'Pacific/Chatham': ['2026-04-03', '2026-09-25'], // 12:45 ahead, and an hour more in summer
  'Australia/Lord_Howe': ['2026-04-03', '2026-10-02'], // half an hour more in summer
  'Africa/Cairo': ['2026-04-22'], // a day that begins at 01:00
  'America/Santiago': ['2026-09-05'], // the same, in the south
  'America/Havana': ['2026-10-31'], // a day whose first hour occurs twice
};

/** The calendar and the clock of a zone at a time. */
function localOf(time: number, timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
  });
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return {
    month: `${parts.year}-${parts.month}`,
    day: `${parts.year}-${parts.month}-${parts.day}`,
    date: Number(parts.day),
    weekday: parts.weekday,
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
  };
}

/** Asserts that an interval begins at a time. */
function assertBegins(time: number, interval: Interval, zone: string): void {
  const local = localOf(time, zone);
  const just = localOf(time - 1, zone);
  const said = `${new Date(time).toISOString()} begins a ${interval} in ${zone}`;
  assert.equal(local.second, 0, said);
  if (interval === 'minute') return;
  if (interval === 'hour') {
    // A repeated half hour is a separate hour.
    assert.equal(local.minute % (zone === 'Australia/Lord_Howe' ? 30 : 60), 0, said);
    return;
  }
  assert.notEqual(local.day, just.day, said);
  if (interval === 'week') assert.equal(local.weekday, 'Mon', said);
  if (interval === 'month') assert.equal(local.date, 1, said);
}

/** Maximum length of an interval. */
const LONGEST: Readonly<Record<Interval, number>> = {
  minute: MINUTE,
  hour: HOUR + HOUR / 2,
  day: DAY + HOUR,
  week: 7 * DAY + HOUR,
  month: 31 * DAY + HOUR,
};

describe('a series', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  let store: Store;
  /** Among the hits: about one in three hours. */
  const times: number[] = [];

  before(async () => {
    for (let time = YEAR.from; time < YEAR.to; time += 10_007_003) times.push(time);
    // More around clock changes.
    for (const change of [
      '2026-03-29T01:00Z',
      '2026-10-25T01:00Z',
      '2026-04-23T22:00Z',
      '2026-11-01T05:00Z',
    ]) {
      for (let i = -300; i < 300; i++) times.push(Date.parse(change) + i * MINUTE + 17);
    }
    placeEmptyStore(join(folder, 'store'));
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    await store.deliver(
      segmentOf(
        folder,
        1n,
        times.map((time, i) => ({ time, visitorLow: i % 100 })),
      ),
    );
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(from: number, to: number, interval: Interval, timezone: string): Promise<Stats> {
    const params = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    return stats({ store }, readSelection(params), { interval, timezone });
  }

  /** Asserts all guarantees of a series. */
  function check(
    { series, totals }: Stats,
    from: number,
    to: number,
    interval: Interval,
    zone: string,
  ): void {
    const starts = series.map(({ time }) => Date.parse(time));
    for (const start of starts) assertBegins(start, interval, zone);
    assert.ok(starts[0]! <= from, 'the first interval holds the beginning');
    assert.ok((starts[1] ?? Number.POSITIVE_INFINITY) > from, 'and is the only one that does');
    assert.ok(starts.at(-1)! < to, 'the last one begins before the end');
    const ends = [...starts.slice(1), to];
    for (const [i, start] of starts.entries()) {
      assert.ok(ends[i]! > start && ends[i]! - start <= LONGEST[interval], `no gap after ${series[i]!.time}`);
      const within = times.filter((time) => time >= Math.max(start, from) && time < ends[i]!);
      assert.equal(series[i]!.hits, within.length, `hits from ${series[i]!.time} in ${zone}`);
    }
    assert.equal(totals.hits, times.filter((time) => time >= from && time < to).length);
  }

  for (const [zone, changes] of Object.entries(ZONES)) {
    test(`has every interval of ${zone}, across its clock changes`, {
      timeout: scaledTimeout(60_000),
    }, async () => {
      for (const interval of ['day', 'week', 'month'] as const) {
        check(await ask(YEAR.from, YEAR.to, interval, zone), YEAR.from, YEAR.to, interval, zone);
      }
      for (const change of changes) {
        const from = Date.parse(change);
        check(await ask(from, from + 3 * DAY, 'hour', zone), from, from + 3 * DAY, 'hour', zone);
      }
    });
  }

  test('has the hits of a last interval that is longer than the others, which are equally long', async () => {
    for (const [first, end, interval, zone] of [
      ['2026-11-01T00:00Z', '2027-01-01T00:00Z', 'month', 'UTC'],
      ['2026-02-01T00:00Z', '2026-04-01T00:00Z', 'month', 'UTC'],
      ['2026-10-19T22:00Z', '2026-10-25T23:00Z', 'day', 'Europe/Berlin'],
      ['2026-10-11T22:00Z', '2026-10-25T23:00Z', 'week', 'Europe/Berlin'],
    ] as const) {
      const [from, to] = [Date.parse(first), Date.parse(end)];
      check(await ask(from, to, interval, zone), from, to, interval, zone);
    }
  });

  test('is correct for any period', { timeout: scaledTimeout(60_000) }, async () => {
    const periods = fc.record({
      from: fc.date({ min: new Date(YEAR.from), max: new Date(YEAR.to), noInvalidDate: true }),
      intervals: fc.integer({ min: 1, max: 60 }),
      more: fc.nat(MINUTE),
      interval: fc.constantFrom(...INTERVALS),
      zone: fc.constantFrom(...Object.keys(ZONES)),
    });
    await fc.assert(
      fc.asyncProperty(periods, async ({ from: start, intervals, more, interval, zone }) => {
        const from = start.getTime();
        const to = from + (intervals * LONGEST[interval]) / 2 + more;
        check(await ask(from, Math.floor(to), interval, zone), from, Math.floor(to), interval, zone);
      }),
      { seed: 6, numRuns: rounds(40, 6, 20) },
    );
  });
});
