import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BloomFilter } from '../sketch/bloom.ts';
import { Totals } from './totals.ts';

describe('totals', () => {
  test('restored from the store equal those from counting', () => {
    const counted = new Totals(BloomFilter.for(1000));
    counted.count('a.com', 1, 1);
    counted.count('a.com', 1, 1);
    counted.count('a.com', 2, 2);
    counted.count('b.com', 3, 3);

    const filled = new Totals(BloomFilter.for(1000));
    filled.addHits('a.com', 3);
    filled.addHits('b.com', 1);
    for (const [site, visitor] of [
      ['a.com', 1],
      ['a.com', 2],
      ['b.com', 3],
    ] as const) {
      filled.addVisitor(site, visitor, visitor);
    }
    for (const site of ['a.com', 'b.com', undefined]) assert.deepEqual(filled.read(site), counted.read(site));
    assert.deepEqual(filled.count('a.com', 2, 2), { isNew: false, unique: 2, total: 4 });
  });

  test('count a visitor once, however often the store lists it', () => {
    const totals = new Totals(BloomFilter.for(1000));
    totals.addVisitor('a.com', 1, 1);
    totals.addVisitor('a.com', 1, 1);
    assert.deepEqual(totals.read('a.com'), { unique: 1, total: 0 });
  });

  test('are never below the known number of visitors, and continue from there', () => {
    const totals = new Totals(BloomFilter.for(1000));
    totals.addHits('a.com', 9);
    totals.addVisitor('a.com', 1, 1);
    totals.raiseVisitors('a.com', 5);
    totals.raiseVisitors('a.com', 3);
    for (const site of ['a.com', undefined]) assert.deepEqual(totals.read(site), { unique: 5, total: 9 });
    assert.deepEqual(totals.count('a.com', 2, 2), { isNew: true, unique: 6, total: 10 });
  });

  test('of a site without hits are zero', () => {
    assert.deepEqual(new Totals(BloomFilter.for(1000)).read('a.com'), { unique: 0, total: 0 });
  });
});
