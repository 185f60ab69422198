import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { choosePlan, DAY, type Period, QUARTER, type Stock } from './plan.ts';
import { readSelection } from './question.ts';

const NOON = Date.UTC(2026, 4, 1, 12);
const MANY: Stock = { hits: 10_000_000, hitsFrom: 0, rollupsFrom: 0 };
const FEW: Stock = { ...MANY, hits: 1000 };
const MONTH: Period = { ...readSelection({}), from: NOON + 1, to: NOON + 30 * DAY };

describe('a question', () => {
  test('of few hits is answered from them, exactly', () => {
    assert.deepEqual(choosePlan(MONTH, QUARTER, FEW, 'day'), { from: 'hits' });
  });

  test('of many is answered from rollups, and its edges from hits', () => {
    assert.deepEqual(choosePlan(MONTH, QUARTER, MANY, 'day'), {
      ...{ from: 'rollups', first: NOON + QUARTER, end: NOON + 30 * DAY },
    });
    assert.deepEqual(choosePlan(MONTH, DAY, MANY), {
      ...{ from: 'rollups', first: NOON + DAY / 2, end: NOON + 29.5 * DAY },
    });
  });

  test('that rollups cannot answer is answered from hits', () => {
    assert.deepEqual(choosePlan(MONTH, QUARTER, MANY, 'minute'), { from: 'hits' });
    for (const words of [{ bots: 'include' }, { status: '2xx' }, { filter: 'path=/a' }]) {
      const period = { ...readSelection(words), from: NOON, to: NOON + DAY };
      assert.deepEqual(choosePlan(period, QUARTER, MANY, 'hour'), { from: 'hits' }, JSON.stringify(words));
    }
  });

  test('of less than what is rolled up as one is answered from hits', () => {
    const period = { ...MONTH, to: NOON + DAY };
    assert.deepEqual(choosePlan(period, DAY, MANY), { from: 'hits' });
    assert.deepEqual(choosePlan({ ...MONTH, to: NOON + QUARTER }, QUARTER, MANY, 'hour'), { from: 'hits' });
  });

  test('of purged hits is answered from rollups, in whole units where the hits of an edge are gone', () => {
    const stock = { ...FEW, hitsFrom: NOON + 10 * DAY };
    assert.deepEqual(choosePlan(MONTH, DAY, stock), {
      ...{ from: 'rollups', first: NOON - DAY / 2, end: NOON + 29.5 * DAY },
    });
    assert.deepEqual(choosePlan({ ...MONTH, to: NOON + 5 * DAY }, DAY, stock), {
      ...{ from: 'rollups', first: NOON - DAY / 2, end: NOON + 5.5 * DAY },
    });
  });

  test('of purged rollups is answered from the hits that are left', () => {
    const stock = { ...MANY, hitsFrom: NOON + 2 * DAY, rollupsFrom: NOON + DAY };
    assert.deepEqual(choosePlan(MONTH, DAY, stock), { from: 'hits' });
  });
});
