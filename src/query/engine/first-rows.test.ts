import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstRowsSql, usualOrder } from './first-rows.ts';

describe('the first rows', () => {
  test('are sorted by the engine in the order of the answer, with ties by all dimensions', () => {
    const query = { dimensions: ['source', 'country'], metrics: ['visitors', 'visits'] } as const;
    const usual = firstRowsSql(query, usualOrder(query), 30)!('SELECT 1');
    assert.match(usual, /\nORDER BY visitors DESC, g0 ASC, g1 ASC\nLIMIT 30$/);
    const other = firstRowsSql(
      query,
      [
        ['country', 'asc'],
        ['visits', 'desc'],
      ],
      1,
    )!('SELECT 1');
    assert.match(other, /\nORDER BY g1 ASC, visits DESC, g0 ASC, g1 ASC\nLIMIT 1$/);
  });

  test('are sorted by the program if the order needs more than columns of one statement', () => {
    const query = { dimensions: ['source'], metrics: ['bounce_rate'] } as const;
    assert.equal(firstRowsSql(query, usualOrder(query), 30), undefined);
    const byDay = { dimensions: ['source', 'time:day'], metrics: ['visits'] } as const;
    assert.equal(firstRowsSql(byDay, usualOrder(byDay), 30), undefined);
    assert.equal(firstRowsSql({ dimensions: [] }, [['visits', 'desc']], 30), undefined);
  });
});
