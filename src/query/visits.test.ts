import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { patience } from '../../test/fixtures/patience.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import type { Hit } from '../hit/hit.ts';
import { Store } from '../store/store.ts';
import { filterSql, readFilters } from './filter.ts';
import { type Interval, METRICS } from './selection.ts';
import { readVisits, type VisitFigures, Visits, wantsVisits } from './visits.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIMEOUT = 30 * MINUTE;
/** Midnight in Berlin, an hour before that in UTC. */
const START = Date.UTC(2026, 2, 9, 23);

interface Question {
  readonly site?: string;
  readonly from: number;
  readonly to: number;
  readonly interval?: Interval;
  readonly filter?: string | string[];
}

describe('visits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  let store: Store;
  let batch = 0n;

  before(async () => {
    store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  });

  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function put(hits: readonly Partial<Hit>[]): Promise<void> {
    batch++;
    await store.deliver(segmentOf(folder, batch, hits));
  }

  async function ask({ site = '', from, to, interval = 'day', filter = [] }: Question): Promise<Visits> {
    const { text, parameters } = filterSql(readFilters({ filter }));
    const selection = { site, from, to, bots: 'exclude', status: [], interval, timezone: 'Europe/Berlin' };
    return readVisits(store, { ...selection, ...parameters }, { hits: 'hits', filters: text }, METRICS);
  }

  const figures = (
    visits: number,
    bounce_rate: number | null,
    visit_duration: number | null,
  ): VisitFigures => ({
    ...{ visits, bounce_rate, visit_duration },
  });

  test('end after a gap of 30 minutes, bounce with one hit, and last from the first hit to the last', async () => {
    const site = 'visits.com';
    const at = (minutes: number, visitorLow: number, fields: Partial<Hit> = {}) => ({
      ...{ site, visitorLow, time: START + minutes * MINUTE },
      ...fields,
    });
    await put([
      // Ten minutes, then one that bounces half an hour later, to the millisecond.
      ...[at(10, 1), at(0, 1), at(40, 1)],
      // Just before half an hour is over.
      ...[at(0, 2), at(30, 2, { time: START + TIMEOUT - 1 })],
      // An event on a page is not a bounce.
      ...[
        at(5, 3, { path: '/blog/a' }),
        at(5, 3, { path: '/blog/a', name: 'signup', time: START + 5 * MINUTE + 500 }),
      ],
      // The same visitor, on another site and as a bot.
      ...[at(11, 1, { site: 'other.com' }), at(12, 1, { bot: 'Googlebot' })],
      // Across midnight, counted only on the first day.
      ...[at(24 * 60 - 10, 4), at(24 * 60 + 10, 4), at(24 * 60 + 30, 4)],
    ]);
    const period = { site, from: START, to: START + 2 * DAY };
    const answer = await ask(period);
    const seconds = (600 + 0 + 1799.999 + 0.5 + 2400) / 5;
    assert.deepEqual(answer.totals, figures(5, 0.2, Number(seconds.toFixed(1))));
    assert.deepEqual(answer.at(START), answer.totals);
    assert.deepEqual(answer.at(START + DAY), figures(0, null, null));
    // A visit that began before the period begins with its first hit in it.
    const second = await ask({ ...period, from: START + DAY });
    assert.deepEqual(second.totals, figures(1, 0, 1200));
    assert.deepEqual(second.at(START + DAY), figures(1, 0, 1200));
    // Filters choose hits first.
    assert.deepEqual((await ask({ ...period, filter: 'path=/blog/*' })).totals, figures(1, 0, 0.5));
    assert.deepEqual(
      (await ask({ ...period, filter: ['path=/blog/*', 'name=signup'] })).totals,
      figures(1, 1, 0),
    );
    assert.deepEqual((await ask({ ...period, site: '' })).totals.visits, 6);
  });

  test('of no hits are zero', async () => {
    const answer = await ask({ site: 'nobody.com', from: START, to: START + DAY });
    assert.deepEqual(answer.totals, figures(0, null, null));
    assert.deepEqual(answer.at(START), figures(0, null, null));
  });

  test('are those that a walk over each visitor’s hits finds', {
    timeout: patience(60_000),
  }, async () => {
    const gap = fc.oneof(
      fc.integer({ min: 0, max: 3 * TIMEOUT }),
      fc.integer({ min: TIMEOUT - 2, max: TIMEOUT + 2 }),
      fc.constantFrom(0, 1, 20 * HOUR),
    );
    const journey = fc.record({
      site: fc.constantFrom('a.com', 'b.com'),
      visitorLow: fc.integer({ min: 1, max: 4 }),
      start: fc.integer({ min: -HOUR, max: 3 * DAY }),
      gaps: fc.array(gap, { maxLength: 8 }),
    });
    const worlds = fc.sample(fc.array(journey, { minLength: 1, maxLength: 12 }), { seed: 71, numRuns: 100 });
    // Each has its own four weeks.
    const hitsOf = worlds.map((journeys, world) =>
      journeys.flatMap(({ site, visitorLow, start, gaps }) => {
        let time = START + (world + 1) * 28 * DAY + start;
        return [0, ...gaps].map((gap) => {
          time += gap;
          return { site, visitorLow, time };
        });
      }),
    );
    await put(hitsOf.flat());
    for (const [world, hits] of hitsOf.entries()) {
      const from = START + (world + 1) * 28 * DAY;
      const to = from + 2 * DAY + 5 * HOUR;
      const interval = (['minute', 'hour', 'day'] as const)[world % 3]!;
      const answer = await ask({ from, to, interval });
      const expected = walked(hits.filter(({ time }) => time >= from && time < to));
      assert.deepEqual(answer.totals, figuresOf(expected), `world ${world}`);
      for (const [slot, those] of Map.groupBy(expected, ({ first }) => slotOf(first, interval))) {
        assert.deepEqual(answer.at(slot), figuresOf(those), `${interval} ${slot} of world ${world}`);
      }
    }
  });
});

describe('metrics of visits', () => {
  const rows = [
    { slot: '3600000', visits: '3', bounces: '1', duration: '100000' },
    { slot: 7_200_000, visits: 4, bounces: 4, duration: 0 },
  ];

  test('are included if requested', () => {
    assert.deepEqual(new Visits(rows, ['hits', 'visits']).totals, { visits: 7 });
    assert.deepEqual(new Visits(rows, ['visit_duration']).at(3_600_000), { visit_duration: 33.3 });
    assert.deepEqual(new Visits(rows, ['bounce_rate']).at(3_600_000), { bounce_rate: 0.3333 });
    assert.equal(wantsVisits(['hits', 'visitors']), false);
    assert.equal(wantsVisits(['hits', 'bounce_rate']), true);
  });

  test('of a period are computed from its visits, not means of means', () => {
    const { totals } = new Visits(rows, METRICS);
    assert.deepEqual(totals, { visits: 7, bounce_rate: 0.7143, visit_duration: 14.3 });
  });
});

interface Visit {
  readonly first: number;
  readonly last: number;
  readonly hits: number;
}

function walked(hits: readonly { site: string; visitorLow: number; time: number }[]): Visit[] {
  const found: Visit[] = [];
  for (const [, those] of Map.groupBy(hits, ({ site, visitorLow }) => `${site} ${visitorLow}`)) {
    let visit: Visit | undefined;
    for (const time of those.map(({ time }) => time).sort((one, other) => one - other)) {
      if (visit && time - visit.last < TIMEOUT) {
        visit = { ...visit, last: time, hits: visit.hits + 1 };
      } else {
        if (visit) found.push(visit);
        visit = { first: time, last: time, hits: 1 };
      }
    }
    if (visit) found.push(visit);
  }
  return found;
}

function figuresOf(visits: readonly Visit[]): VisitFigures {
  const count = visits.length;
  const bounces = visits.filter(({ hits }) => hits === 1).length;
  const duration = visits.reduce((sum, { first, last }) => sum + last - first, 0);
  return {
    visits: count,
    bounce_rate: count === 0 ? null : Number((bounces / count).toFixed(4)),
    visit_duration: count === 0 ? null : Number((duration / 1000 / count).toFixed(1)),
  };
}

/** The start of an interval in Berlin. */
function slotOf(time: number, interval: Interval): number {
  const minute = time - (time % MINUTE);
  if (interval === 'minute') return minute;
  let hour = time - (time % HOUR);
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' });
  if (interval === 'day') while (format.format(hour) !== '00') hour -= HOUR;
  return hour;
}
