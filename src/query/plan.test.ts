import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY } from '../timing/units.ts';
import { type BoundedSelection, choosePlan, type DataStats, knownFrom, QUARTER } from './plan.ts';
import { readSelection } from './selection.ts';

const NOON = Date.UTC(2026, 4, 1, 12);
const MANY: DataStats = {
  hits: 10_000_000,
  hitsFrom: 0,
  rollupsFrom: 0,
  visitsFrom: 0,
  visitsUntil: Number.POSITIVE_INFINITY,
};
const PATHS = { by: 'path' } as const;
const FEW: DataStats = { ...MANY, hits: 1000 };
const MONTH: BoundedSelection = { ...readSelection({}), from: NOON + 1, to: NOON + 30 * DAY };

describe('a query', () => {
  test('of few hits is answered from hits, exactly', () => {
    assert.deepEqual(choosePlan(MONTH, { interval: 'day' }, FEW), { from: 'hits' });
  });

  test('of many hits is answered from rollups, and its edges from hits', () => {
    assert.deepEqual(choosePlan(MONTH, { interval: 'day' }, MANY), {
      ...{ from: 'rollups', first: NOON + QUARTER, end: NOON + 30 * DAY },
    });
    assert.deepEqual(choosePlan(MONTH, PATHS, MANY), {
      ...{ from: 'rollups', first: NOON + DAY / 2, end: NOON + 29.5 * DAY },
    });
  });

  test('that rollups cannot answer is answered from hits', () => {
    assert.deepEqual(choosePlan(MONTH, { interval: 'minute' }, MANY), { from: 'hits' });
    for (const params of [{ bots: 'include' }, { status: '2xx' }, { filter: 'path=/a' }]) {
      const period = { ...readSelection(params), from: NOON, to: NOON + DAY };
      assert.deepEqual(
        choosePlan(period, { interval: 'hour' }, MANY),
        { from: 'hits' },
        JSON.stringify(params),
      );
    }
  });

  test('of less than one rollup interval is answered from hits', () => {
    const period = { ...MONTH, to: NOON + DAY };
    assert.deepEqual(choosePlan(period, PATHS, MANY), { from: 'hits' });
    assert.deepEqual(choosePlan({ ...MONTH, to: NOON + QUARTER }, { interval: 'hour' }, MANY), {
      from: 'hits',
    });
  });

  test('of purged hits is answered from rollups, in whole intervals if the hits at an edge are purged', () => {
    const data = { ...FEW, hitsFrom: NOON + 10 * DAY };
    assert.deepEqual(choosePlan(MONTH, PATHS, data), {
      ...{ from: 'rollups', first: NOON - DAY / 2, end: NOON + 29.5 * DAY },
    });
    assert.deepEqual(choosePlan({ ...MONTH, to: NOON + 5 * DAY }, PATHS, data), {
      ...{ from: 'rollups', first: NOON - DAY / 2, end: NOON + 5.5 * DAY },
    });
  });

  test('of purged rollups is answered from existing hits, or from the remaining rollups', () => {
    const there = { ...MANY, hitsFrom: 0, rollupsFrom: NOON + DAY };
    assert.deepEqual(choosePlan(MONTH, PATHS, there), { from: 'hits' });
    assert.equal(knownFrom({ from: 'hits' }, there), 0);
    const midnight = NOON + 3.5 * DAY;
    for (const [hitsFrom, rollupsFrom, known] of [
      [midnight + 9 * DAY, midnight, midnight],
      [midnight, midnight + 9 * DAY, midnight],
    ] as const) {
      const data = { ...FEW, hitsFrom, rollupsFrom };
      const plan = choosePlan(MONTH, PATHS, data);
      assert.deepEqual(plan, { from: 'rollups', first: rollupsFrom, end: NOON + 29.5 * DAY });
      assert.equal(knownFrom(plan, data), known);
    }
  });

  test('without bots uses the series of rollups, and of bots only the ranking of bots', () => {
    const asked = [{ interval: 'day' }, { by: 'path' }, { by: 'bot' }] as const;
    for (const [bots, rolled] of [
      ['exclude', ['rollups', 'rollups', 'hits']],
      ['include', ['hits', 'hits', 'hits']],
      ['only', ['hits', 'hits', 'rollups']],
    ] as const) {
      const period = { ...MONTH, ...readSelection({ bots }), from: MONTH.from, to: MONTH.to };
      assert.deepEqual(
        asked.map((each) => choosePlan(period, each, MANY).from),
        rolled,
        bots,
      );
    }
  });
});
