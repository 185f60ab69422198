/** Answers about visits, from the JSON that asks for them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { HORIZON, NOW as PURGED_NOW, purgedStore, START } from '../../test/fixtures/purged-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { storedTraffic } from '../../test/fixtures/stored-traffic.ts';
import { drawnFunnel, drawnJourney, drawnRetention } from '../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../test/reference/traffic/random.ts';
import { TRAFFIC_GOALS } from '../../test/reference/traffic/traffic.ts';
import { PERIOD_NAMES } from '../../test/reference/visits/query.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import type { Goal } from './engine/query.ts';
import { funnelAnswer } from './funnel-answer.ts';
import { journeysAnswer } from './journeys-answer.ts';
import { readFunnel } from './language/funnel-query-reader.ts';
import { readJourneys } from './language/journeys-query-reader.ts';
import { readRetention } from './language/retention-query-reader.ts';
import type { StoredFunnel } from './resources/funnel-reader.ts';
import { retentionAnswer } from './retention-answer.ts';
import type { Source } from './source.ts';

const GOALS: Goal[] = Object.entries(TRAFFIC_GOALS).flatMap(([site, own]) =>
  own.map(({ name, action }) => ({ site, name, action })),
);
const FUNNELS: StoredFunnel[] = Object.keys(TRAFFIC_GOALS).map((site) => ({
  ...{ site, name: 'way' },
  steps: [{ kind: 'page', page: '*' }, { any: ['signup', { kind: 'outbound' }] }],
  within: { days: 30 },
}));

const ASK = {
  funnel: (source: Source, query: unknown, now: number) =>
    funnelAnswer(source, readFunnel(query, now, GOALS, FUNNELS), now),
  journeys: (source: Source, query: unknown, now: number) =>
    journeysAnswer(source, readJourneys(query, now, GOALS), now),
  retention: (source: Source, query: unknown, now: number) =>
    retentionAnswer(source, readRetention(query, now, GOALS), now, 'cookie'),
};

const seed = Number(process.env.HIT_TEST_SEED ?? 6);
const random = new Random(seed);
const options = { timeout: 300_000 };

/** Drawn, and of a named period most of the time. */
function ofAnyPeriod<Query extends object>(query: Query): Query {
  return random.chance(0.6) ? { ...query, period: random.pick(PERIOD_NAMES) } : query;
}

/** An answer that is asked for again, later, by the query that it repeats. */
async function answered<Kind extends keyof typeof ASK>(
  kind: Kind,
  source: Source,
  query: object,
  now: number,
): Promise<Awaited<ReturnType<(typeof ASK)[Kind]>>> {
  const ask = ASK[kind] as (source: Source, query: unknown, now: number) => Promise<{ query: unknown }>;
  const answer = await ask(source, query, now);
  const again = await ask(source, JSON.parse(JSON.stringify(answer.query)), now + DAY);
  assert.deepEqual(again, answer, JSON.stringify(query));
  return answer as Awaited<ReturnType<(typeof ASK)[Kind]>>;
}

describe('an answer about visits', () => {
  test('is the one of a plain recount, and repeats its query', options, async (t) => {
    const { store, recount, now } = await storedTraffic(t, seed);
    const source = { store };

    await t.test('funnels', options, async () => {
      let partial = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnFunnel(random, seed));
        const { limit, ...rest } = query;
        const answer = await answered('funnel', source, rest.by ? query : rest, now);
        const expected = recount.funnel(query);
        const message = JSON.stringify(query);
        const plain = (steps: typeof answer.steps) =>
          steps.map(({ step_conversion_rate: _, ...step }) => step);
        assert.equal(answer.visitors, expected.visitors, message);
        assert.deepEqual(plain(answer.steps), expected.steps, message);
        assert.deepEqual(
          answer.rows?.map(({ value, steps }) => ({ value, steps: plain(steps) })),
          expected.rows,
          message,
        );
        for (const steps of [answer.steps, ...(answer.rows ?? []).map((row) => row.steps)]) {
          let before = steps[0]!.visitors!;
          for (const { visitors, step_conversion_rate: rate } of steps) {
            assert.equal(
              rate,
              before === 0 ? null : Math.round((10_000 * visitors!) / before) / 10_000,
              message,
            );
            if (rate !== null && rate > 0 && rate < 1) partial++;
            before = visitors!;
          }
        }
        assert.deepEqual(answer.meta, {}, message);
      }
      assert.ok(partial > 0, 'some visitors go on and some do not');
    });

    await t.test('a stored funnel has the answer of its steps', options, async () => {
      for (const { site, steps, within } of FUNNELS) {
        const answer = await answered('funnel', source, { site, period: 'all', funnel: 'way' }, now);
        const expected = recount.funnel({ site, period: 'all', steps, within });
        assert.deepEqual(
          answer.steps.map(({ visitors }) => visitors),
          expected.steps.map(({ visitors }) => visitors),
        );
        assert.deepEqual(answer.query.steps, steps);
        assert.deepEqual(answer.query.within, within);
      }
    });

    await t.test('journeys', options, async () => {
      let found = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnJourney(random, seed));
        const both = random.chance(0.5);
        const answer = await answered(
          'journeys',
          source,
          both ? { ...query, direction: 'both' } : query,
          now,
        );
        for (const direction of ['before', 'after'] as const) {
          const message = `${direction} ${JSON.stringify(query)}`;
          if (!both && direction !== query.direction) {
            assert.equal(answer[direction], undefined, message);
            continue;
          }
          const { visits, visitors, paths } = recount.journey({ ...query, direction });
          assert.deepEqual([answer.visits, answer.visitors], [visits, visitors], message);
          assert.deepEqual(answer[direction], paths, message);
          found += paths.length;
        }
        assert.deepEqual(answer.meta, {});
      }
      assert.ok(found > 0, 'there are paths');
    });

    await t.test('retention', options, async () => {
      let found = 0;
      for (let asked = 0; asked < rounds(500, 4, 30); asked++) {
        const query = ofAnyPeriod(drawnRetention(random, seed));
        const answer = await answered('retention', source, query, now);
        const { cohorts } = recount.retention(query);
        assert.deepEqual(answer.cohorts, cohorts, JSON.stringify(query));
        assert.deepEqual(answer.meta, {});
        found += cohorts.reduce((sum, { returned }) => sum + returned.slice(1).reduce((a, b) => a + b, 0), 0);
      }
      assert.ok(found > 0, 'some come back');
    });

    await t.test('without cookies, returns are null, and a note says what a visitor is', async () => {
      const query = { period: { from: '2026-10-20', to: '2026-10-23' }, interval: 'day' };
      const known = await answered('retention', source, query, now);
      const unknown = await answered('retention', source, { ...query, identity: 'cookieless' }, now);
      assert.deepEqual(
        unknown.cohorts.map(({ visitors, returned }) => [visitors, ...returned]),
        known.cohorts.map(({ visitors, returned }) => [
          visitors,
          returned[0],
          ...returned.slice(1).map(() => null),
        ]),
      );
      const [note, ...rest] = unknown.meta.notes!;
      assert.match(note!.detail, /^Without cookies, a visitor has a new id each day \(UTC\)/);
      assert.deepEqual(rest, []);
      assert.equal(known.query.identity, 'cookie');
    });
  });
});

const horizon = new Date(HORIZON).toISOString().replace('.000Z', 'Z');
const PURGED = [
  {
    purged_before: horizon,
    detail: `hits or visits before ${horizon} are purged: values that need them are null`,
  },
];
const STEPS = [
  { kind: 'page', page: '/even' },
  { kind: 'page', page: '/odd' },
];
const ALL = { from: new Date(START).toISOString(), to: new Date(PURGED_NOW).toISOString() };
const LATER = { from: horizon, to: ALL.to };

describe('an answer about visits of which something is purged', { timeout: 120_000 }, () => {
  const purged = group();
  let store: Store;
  let change: (text: string) => Promise<void>;
  before(async () => {
    ({ store, change } = await purgedStore(purged));
  });

  /** For the last test: they stay purged. */
  const purgeVisits = async () => {
    const seconds = HORIZON / 1000;
    await change(
      `INSERT INTO horizons (site, kind, before) VALUES ('a.example', 'visits', toDateTime(${seconds}, 'UTC'))`,
    );
    await change(
      `ALTER TABLE visits DELETE WHERE site = 'a.example' AND finish < fromUnixTimestamp(${seconds}) SETTINGS mutations_sync = 2`,
    );
  };

  test('is null as a funnel or as journeys, which need hits, and a note says why', async () => {
    for (const within of ['visit', '7d']) {
      const query = { period: ALL, steps: STEPS, within, by: 'entry_page' };
      const { visitors, steps, rows, meta } = await answered('funnel', { store }, query, PURGED_NOW);
      assert.deepEqual([visitors, rows, meta.notes], [null, null, PURGED]);
      assert.equal(steps.length, 2);
      for (const step of steps) assert.deepEqual([...new Set(Object.values(step))], [null]);
      const later = await answered('funnel', { store }, { ...query, period: LATER }, PURGED_NOW);
      assert.ok(later.visitors! > 0 && later.rows!.length > 0);
      assert.deepEqual(later.meta, {});
    }
    const query = { period: ALL, page: '/even' };
    const { query: _, ...unknown } = await answered('journeys', { store }, query, PURGED_NOW);
    assert.deepEqual(unknown, {
      visits: null,
      visitors: null,
      before: null,
      after: null,
      meta: { notes: PURGED },
    });
    const later = await answered('journeys', { store }, { ...query, period: LATER }, PURGED_NOW);
    assert.ok(later.visits! > 0 && later.after!.length > 0);
    assert.deepEqual(later.meta, {});
  });

  test('is known as retention, which needs visits alone', async () => {
    const query = { period: ALL, interval: 'week' };
    const { cohorts, meta } = await answered('retention', { store }, query, PURGED_NOW);
    assert.deepEqual(meta, {});
    assert.ok(cohorts.every(({ visitors, returned }) => visitors !== null && !returned.includes(null)));
    assert.ok(cohorts[0]!.visitors! > 0 && cohorts[0]!.returned[1]! > 0);
  });

  test('is null as retention where filters need hits', async () => {
    const query = { period: ALL, interval: 'day' };
    const known = await answered('retention', { store }, query, PURGED_NOW);
    const page = [['is', 'page', ['/even', '/odd']]];
    const isBefore = ({ time }: { time: string }) => Date.parse(time) < HORIZON;
    const firsts = await answered('retention', { store }, { ...query, filters: page }, PURGED_NOW);
    for (const [at, cohort] of firsts.cohorts.entries())
      assert.deepEqual(
        cohort,
        isBefore(cohort)
          ? { ...cohort, visitors: null, returned: cohort.returned.map(() => null) }
          : known.cohorts[at],
      );
    const returns = await answered('retention', { store }, { ...query, return_filters: page }, PURGED_NOW);
    for (const [at, { visitors, returned }] of returns.cohorts.entries()) {
      assert.equal(visitors, known.cohorts[at]!.visitors);
      for (const [later, count] of returned.entries())
        assert.equal(
          count,
          isBefore(returns.cohorts[at + later]!) ? null : known.cohorts[at]!.returned[later],
        );
    }
    const persons = await answered(
      'retention',
      { store },
      { ...query, filters: [['has_done', page[0]]] },
      PURGED_NOW,
    );
    assert.ok(persons.cohorts.every(({ visitors, returned }) => visitors === null && returned[0] === null));
    for (const { meta } of [firsts, returns, persons]) assert.deepEqual(meta.notes, PURGED);
  });

  test('is null before purged visits, and who is new then is said', async () => {
    await purgeVisits();
    const query = { site: 'a.example', period: ALL, interval: 'day' };
    const { cohorts, meta } = await answered('retention', { store }, query, PURGED_NOW);
    for (const { time, visitors, returned } of cohorts) {
      const isKnown = Date.parse(time) >= HORIZON;
      assert.equal(visitors !== null, isKnown, time);
      assert.equal(returned[0] !== null, isKnown, time);
    }
    const [missing, isNew] = meta.notes!;
    assert.deepEqual([missing], PURGED);
    assert.match(isNew!.detail, /counts as new at their first later visit$/);
    assert.equal(isNew!.purged_before, horizon);
    const later = await answered('retention', { store }, { ...query, period: LATER }, PURGED_NOW);
    assert.deepEqual(later.meta.notes, [isNew]);
    assert.ok(later.cohorts.every(({ visitors }) => visitors !== null));
    const other = await answered('retention', { store }, { ...query, site: 'b.example' }, PURGED_NOW);
    assert.deepEqual(other.meta, {});
  });
});

describe('an answer about visits that lack hits', { timeout: 120_000 }, () => {
  test('is null as far as it needs them, and a note says why', async (t) => {
    const { store } = await purgedStore(t);
    const source = { store };
    const now = PURGED_NOW;
    const since = HORIZON + 5 * DAY;
    const until = () => since;
    const pending_since = new Date(since).toISOString().replace('.000Z', 'Z');
    const detail = `visits since ${pending_since} lack hits that are still being added: values that need them are null`;
    const meta = { notes: [{ pending_since, detail }] };
    const period = { from: horizon, to: ALL.to };
    const before = { from: horizon, to: pending_since };

    const funnel = (query: object) =>
      funnelAnswer(source, readFunnel({ steps: STEPS, ...query }, now, [], []), now, until);
    const unknown = await funnel({ period });
    assert.deepEqual([unknown.visitors, unknown.steps[0]!.visitors, unknown.meta], [null, null, meta]);
    const known = await funnel({ period: before });
    assert.ok(known.visitors! > 0);
    assert.deepEqual(known.meta, {});

    const journeys = (query: object) =>
      journeysAnswer(source, readJourneys({ page: '/even', ...query }, now, []), now, until);
    const paths = await journeys({ period });
    assert.deepEqual([paths.visits, paths.before, paths.after, paths.meta], [null, null, null, meta]);
    assert.ok((await journeys({ period: before })).visits! > 0);

    const asked = (query: object) => readRetention({ period, interval: 'day', ...query }, now, []);
    const retention = (query: object) => retentionAnswer(source, asked(query), now, 'cookie', until);
    const whole = await retentionAnswer(source, asked({}), now, 'cookie');
    const partial = await retention({});
    for (const [at, { time, visitors, returned }] of partial.cohorts.entries()) {
      const isKnown = (place: number) => at + place < 5;
      assert.equal(visitors, isKnown(0) ? whole.cohorts[at]!.visitors : null, time);
      for (const [later, count] of returned.entries())
        assert.equal(count, isKnown(later) ? whole.cohorts[at]!.returned[later] : null, time);
    }
    assert.deepEqual(partial.meta, meta);
    const persons = await retention({ filters: [['has_done', ['is', 'page', ['/even']]]] });
    assert.ok(persons.cohorts.every(({ visitors }) => visitors === null));
    assert.deepEqual((await retention({ period: before })).meta, {});
  });
});
