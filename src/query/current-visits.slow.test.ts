import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { group } from '../../test/fixtures/file-scope.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { HitError } from '../errors.ts';
import { CurrentVisits } from './current-visits.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';

const NOW = Date.parse('2026-11-05T00:00:00Z');
const batch = (number: number) => (BigInt(NOW + number) << 22n) | 1n;
const hit = (visitorLow: number, time: string, site = 'a.example') => ({
  ...{ visitorLow, visitorHigh: 0, time: Date.parse(`2026-11-${time}:00Z`), site, path: '/' },
});
const PERIOD = { from: '2026-11-01', to: '2026-11-05' };
const DAILY = { period: PERIOD, metrics: ['hits', 'visits', 'bounce_rate'], dimensions: ['time:day'] };

type Opened = Awaited<ReturnType<typeof rolledStore>>;

/** A store whose visits lack the hits of the last batch, as adding them fails or hangs. */
async function lateVisits(opened: Opened, t: TestContext, catchUp: () => Promise<void>) {
  const { store, rollups, deliver } = await opened(t);
  await deliver(batch(1), [hit(1, '01T10:00'), hit(2, '02T10:00'), hit(3, '02T23:50'), hit(1, '03T10:00')]);
  await rollups.visits.catchUp();
  await deliver(batch(2), [hit(3, '03T00:10'), hit(4, '04T10:00'), hit(5, '01T12:00', 'b.example')]);
  const late = t.mock.method(rollups.visits, 'catchUp', catchUp);
  const visits = new CurrentVisits(store, rollups.visits, 50);
  const ask = async (query: object) => {
    const asked = readQuery({ site: 'a.example', ...query }, NOW, []);
    return queryAnswer({ store }, asked, NOW, await visits.completeFor(asked));
  };
  return { ask, late, rollups };
}

const full = () => Promise.reject(new HitError('store_full', 'the disk is full'));
const endless = () => new Promise<void>(() => undefined);

describe('a query', () => {
  const scope = group();
  let opened: Opened;
  before(async () => {
    opened = await rolledStore(scope);
  });

  for (const [cause, catchUp] of [
    ['fails', full],
    ['does not end', endless],
  ] as const)
    test(`whose visits lack hits, as adding them ${cause}, has the values without visits, and those before`, async (t) => {
      const { ask } = await lateVisits(opened, t, catchUp);
      const { results, totals, meta } = await ask({ ...DAILY, include: { totals: true } });
      assert.deepEqual(
        results.map(({ dimensions: [day = ''], metrics }) => [day.slice(8, 10), ...metrics]),
        [
          ['01', 1, 1, 1],
          // A hit of the next day extends a visit that began on this one.
          ['02', 2, null, null],
          ['03', 2, null, null],
          ['04', 1, null, null],
        ],
      );
      assert.deepEqual(totals, { metrics: [6, null, null] });
      assert.deepEqual(meta.notes, [
        {
          ...{ metrics: ['visits', 'bounce_rate'], period: 'period', pending_since: '2026-11-02T23:50:00Z' },
          detail:
            'visits since 2026-11-02T23:50:00Z lack hits that are still being added: values that need them are null',
        },
      ]);
    });

  test('has the visits of sites and agents without such hits', async (t) => {
    const { ask } = await lateVisits(opened, t, full);
    const since = async (query: object) => (await ask({ ...DAILY, ...query })).meta.notes?.[0]?.pending_since;
    assert.equal(await since({ site: 'b.example' }), '2026-11-01T12:00:00Z');
    assert.equal(await since({ site: ['a.example', 'b.example'] }), '2026-11-01T12:00:00Z');
    assert.equal(await since({ site: 'c.example' }), undefined);
    assert.equal(await since({ bots: 'only' }), undefined);
    assert.equal(await since({ bots: 'include' }), '2026-11-02T23:50:00Z');
    assert.equal(await since({ period: { from: '2026-11-01', to: '2026-11-02' } }), undefined);
  });

  test('does not count visitors by visits that may lack hits', async (t) => {
    const { ask } = await lateVisits(opened, t, full);
    const { results, meta } = await ask({ ...DAILY, metrics: ['visitors', 'hits'], dimensions: ['source'] });
    assert.deepEqual(
      results.map(({ metrics }) => metrics),
      [[null, null]],
    );
    assert.deepEqual(meta.notes?.[0]?.metrics, ['visitors', 'hits']);
  });

  test('with has_done is null if any visits of the period lack hits', async (t) => {
    const { ask } = await lateVisits(opened, t, full);
    const filters = [['has_done', ['is', 'entry_page', ['/']]]];
    const { results } = await ask({ ...DAILY, metrics: ['hits'], filters });
    assert.deepEqual(new Set(results.map(({ metrics }) => metrics[0])), new Set([null]));
  });

  test('is null for visits that are missing while a day is recomputed', async (t) => {
    const { ask, late, rollups } = await lateVisits(opened, t, full);
    late.mock.restore();
    const { visits } = rollups;
    await visits.catchUp();
    const none = (await ask(DAILY)).meta.notes;
    visits.rebuilt.begin([{ site: 'a.example', day: '2026-11-03' }]);
    const during = (await ask(DAILY)).meta.notes;
    visits.rebuilt.end([{ site: 'a.example', day: '2026-11-03' }]);
    assert.deepEqual([none, during?.[0]?.pending_since], [undefined, '2026-11-03T00:00:00Z']);
  });

  test('without visits does not update them', async (t) => {
    const { ask, late } = await lateVisits(opened, t, full);
    const { results, meta } = await ask({
      ...{ period: PERIOD, metrics: ['hits', 'visitors', 'revenue'], dimensions: ['page'] },
      filters: [['has_done', ['is', 'page', ['/']]]],
    });
    assert.deepEqual(results, [{ dimensions: ['/'], metrics: [6, 4, {}] }]);
    assert.deepEqual([meta.notes, late.mock.callCount()], [undefined, 0]);
  });

  test('shares one completion of the visits with others, and waits for two at most', async (t) => {
    const { store, rollups, deliver } = await opened(t);
    await deliver(batch(1), [hit(1, '01T10:00'), hit(2, '02T10:00')]);
    const { catchUp } = rollups.visits;
    const counted = t.mock.method(rollups.visits, 'catchUp', catchUp);
    const visits = new CurrentVisits(store, rollups.visits);
    const asked = readQuery({ site: 'a.example', period: PERIOD, metrics: ['visits'] }, NOW, []);
    const ask = async () => queryAnswer({ store }, asked, NOW, await visits.completeFor(asked));
    const answers = await Promise.all(Array.from({ length: 60 }, ask));
    for (const { results, meta } of answers)
      assert.deepEqual([results[0]!.metrics, meta.notes], [[2], undefined]);
    assert.ok(counted.mock.callCount() <= 2, `${counted.mock.callCount()} times`);
  });
});
