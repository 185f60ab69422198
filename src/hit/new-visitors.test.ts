import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY, NOON } from '../../test/fixtures/intake.ts';
import { randomHalves } from '../../test/fixtures/random.ts';
import { NewVisitors } from './new-visitors.ts';
import type { VisitorId } from './visitor.ts';

/** Visitors of a client. Their ids are random numbers. */
function visitorsOf(seed: number, most: number): VisitorId[] {
  const next = randomHalves(seed);
  return Array.from({ length: most }, () => ({ high: next(), low: next() }));
}

/** How many of these hits count: one of each visitor in each round. */
function countedOf(bound: NewVisitors, client: number, visitors: number, rounds = 1, now = NOON): number {
  const ids = visitorsOf(client, visitors);
  let counted = 0;
  for (let round = 0; round < rounds; round++)
    counted += ids.filter((id) => bound.admit(String(client), id, now) === 0).length;
  return counted;
}

describe('new visitors of a client', () => {
  test('all count while they are within the bound, with each of their hits', () => {
    assert.equal(countedOf(new NewVisitors(10_000), 1, 9999, 3), 9999 * 3);
  });

  test('are refused above the bound, until the next day, and the others are not', () => {
    const bound = new NewVisitors(100);
    const [another] = visitorsOf(99, 1);
    assert.equal(countedOf(bound, 1, 1000), 100);
    assert.equal(countedOf(bound, 1, 1000), 100);
    assert.equal(countedOf(bound, 2, 100), 100);
    assert.equal(bound.admit('1', another!, NOON), 12 * 3600);
    assert.equal(countedOf(bound, 1, 1000, 1, NOON + DAY), 100);
    assert.ok(bound.admit('1', another!, NOON + DAY) > 0);
  });

  test('are bounded while other clients have a million', () => {
    const bound = new NewVisitors(100);
    for (let client = 0; client < 10_000; client++) countedOf(bound, client + 10, 100);
    const counted = countedOf(bound, 1, 10_000);
    // Of the 9,900 others, the filter takes 0.02 % for ones that it has seen.
    assert.ok(counted >= 100 && counted < 120, String(counted));
  });
});
