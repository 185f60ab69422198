/** Funnels, journeys and retention of periods whose hits or visits are purged, or whose visits lack hits. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { CUTOFF, NOW, purgedStore, START } from '../../test/fixtures/purged-store.ts';
import { answered } from '../../test/fixtures/visit-answers.ts';
import type { Store } from '../store/store.ts';
import { DAY } from '../timing/units.ts';
import { funnelAnswer } from './funnel-answer.ts';
import { journeysAnswer } from './journeys-answer.ts';
import { readFunnel } from './language/funnel-query-reader.ts';
import { readJourneys } from './language/journeys-query-reader.ts';
import { readRetention } from './language/retention-query-reader.ts';
import { retentionAnswer } from './retention-answer.ts';

const cutoff = new Date(CUTOFF).toISOString().replace('.000Z', 'Z');
const PURGED = [
  {
    purged_before: cutoff,
    detail: `hits or visits before ${cutoff} are purged: values that need them are null`,
  },
];
const STEPS = [
  { kind: 'page', page: '/even' },
  { kind: 'page', page: '/odd' },
];
const ALL = { from: new Date(START).toISOString(), to: new Date(NOW).toISOString() };
const LATER = { from: cutoff, to: ALL.to };

describe('the answer to a query about visits, after a purge', { timeout: 120_000 }, () => {
  const purged = group();
  let store: Store;
  let change: (text: string) => Promise<void>;
  before(async () => {
    ({ store, change } = await purgedStore(purged));
  });

  /** For the last test only, as nothing restores them. */
  const purgeVisits = async () => {
    const seconds = CUTOFF / 1000;
    await change(
      `INSERT INTO horizons (site, kind, before) VALUES ('a.example', 'visits', toDateTime(${seconds}, 'UTC'))`,
    );
    await change(
      `ALTER TABLE visits DELETE WHERE site = 'a.example' AND finish < fromUnixTimestamp(${seconds}) SETTINGS mutations_sync = 2`,
    );
  };

  test('is null for funnels and journeys, which need hits, with a note', async () => {
    for (const within of ['visit', '7d']) {
      const query = { period: ALL, steps: STEPS, within, by: 'entry_page' };
      const { visitors, steps, rows, meta } = await answered('funnel', { store }, query, NOW);
      assert.deepEqual([visitors, rows, meta.notes], [null, null, PURGED]);
      assert.equal(steps.length, 2);
      for (const step of steps) assert.deepEqual([...new Set(Object.values(step))], [null]);
      const later = await answered('funnel', { store }, { ...query, period: LATER }, NOW);
      assert.ok(later.visitors! > 0 && later.rows!.length > 0);
      assert.deepEqual(later.meta, {});
    }
    const query = { period: ALL, page: '/even' };
    const { query: _, ...unknown } = await answered('journeys', { store }, query, NOW);
    assert.deepEqual(unknown, {
      visits: null,
      visitors: null,
      before: null,
      after: null,
      meta: { notes: PURGED },
    });
    const later = await answered('journeys', { store }, { ...query, period: LATER }, NOW);
    assert.ok(later.visits! > 0 && later.after!.length > 0);
    assert.deepEqual(later.meta, {});
  });

  test('is known for retention, which needs only visits', async () => {
    const query = { period: ALL, interval: 'week' };
    const { cohorts, meta } = await answered('retention', { store }, query, NOW);
    assert.deepEqual(meta, {});
    assert.ok(cohorts.every(({ visitors, returned }) => visitors !== null && !returned.includes(null)));
    assert.ok(cohorts[0]!.visitors! > 0 && cohorts[0]!.returned[1]! > 0);
  });

  test('is null for retention if filters need hits', async () => {
    const query = { period: ALL, interval: 'day' };
    const known = await answered('retention', { store }, query, NOW);
    const page = [['is', 'page', ['/even', '/odd']]];
    const isBefore = ({ time }: { time: string }) => Date.parse(time) < CUTOFF;
    const firsts = await answered('retention', { store }, { ...query, filters: page }, NOW);
    for (const [at, cohort] of firsts.cohorts.entries())
      assert.deepEqual(
        cohort,
        isBefore(cohort)
          ? { ...cohort, visitors: null, returned: cohort.returned.map(() => null) }
          : known.cohorts[at],
      );
    const returns = await answered('retention', { store }, { ...query, return_filters: page }, NOW);
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
      NOW,
    );
    assert.ok(persons.cohorts.every(({ visitors, returned }) => visitors === null && returned[0] === null));
    for (const { meta } of [firsts, returns, persons]) assert.deepEqual(meta.notes, PURGED);
  });

  test('is null where visits are purged, and a note says who counts as new afterwards', async () => {
    await purgeVisits();
    const query = { site: 'a.example', period: ALL, interval: 'day' };
    const { cohorts, meta } = await answered('retention', { store }, query, NOW);
    for (const { time, visitors, returned } of cohorts) {
      const isKnown = Date.parse(time) >= CUTOFF;
      assert.equal(visitors !== null, isKnown, time);
      assert.equal(returned[0] !== null, isKnown, time);
    }
    const [missing, isNew] = meta.notes!;
    assert.deepEqual([missing], PURGED);
    assert.match(isNew!.detail, /count as new at their first later visit$/);
    assert.equal(isNew!.purged_before, cutoff);
    const later = await answered('retention', { store }, { ...query, period: LATER }, NOW);
    assert.deepEqual(later.meta.notes, [isNew]);
    assert.ok(later.cohorts.every(({ visitors }) => visitors !== null));
    const other = await answered('retention', { store }, { ...query, site: 'b.example' }, NOW);
    assert.deepEqual(other.meta, {});
  });
});

describe('the answer to a query about visits that lack hits', { timeout: 120_000 }, () => {
  test('is null from then on, with a note', async (t) => {
    const { store } = await purgedStore(t);
    const source = { store };
    const now = NOW;
    const since = CUTOFF + 5 * DAY;
    const until = () => since;
    const pending_since = new Date(since).toISOString().replace('.000Z', 'Z');
    const detail = `visits since ${pending_since} lack hits that are still being added: values that need them are null`;
    const meta = { notes: [{ pending_since, detail }] };
    const period = { from: cutoff, to: ALL.to };
    const before = { from: cutoff, to: pending_since };

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
