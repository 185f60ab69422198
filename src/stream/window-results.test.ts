import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WindowResults } from './window-results.ts';

const RESULT = {
  ...{ v: 1, site: 'a.com', seconds: 60, slide: 10, from: 0, to: 60_000 },
  ...{ hits: 3, visitors: 2, error: 0.01 },
};
const textOf = (fields: object = {}) => JSON.stringify({ ...RESULT, ...fields });

describe('results of a streaming job', () => {
  test('answer with the newest window that has ended, or the first before that', () => {
    const results = new WindowResults();
    for (const to of [70_000, 60_000, 80_000]) results.take(textOf({ from: to - 60_000, to, hits: to }));
    const endAt = (now: number) => results.find('a.com', 60, now)?.to;
    assert.deepEqual([60_000, 69_999, 70_000, 99_000].map(endAt), [60_000, 60_000, 70_000, 80_000]);
    assert.equal(endAt(1), 60_000);
    assert.equal(results.find('b.com', 60, 99_000), undefined);
    assert.equal(results.find('a.com', 300, 99_000), undefined);
  });

  test('have each window once: a repeated one replaces it', () => {
    const results = new WindowResults();
    results.take(textOf());
    results.take(textOf({ hits: 5, visitors: 4 }));
    const { hits, visitors } = results.find('a.com', 60, 60_000)!;
    assert.deepEqual([hits, visitors], [5, 4]);
  });

  test('are kept only for the last windows', () => {
    const results = new WindowResults();
    for (let i = 0; i < 1000; i++) results.take(textOf({ to: i }));
    assert.equal(results.find('a.com', 60, 900)!.to, 900);
    assert.equal(results.find('a.com', 60, 100)!.to, 1000 - 128);
  });

  test('of the least recently updated sites are dropped', () => {
    const results = new WindowResults();
    results.take(textOf({ site: 'old.com' }));
    results.take(textOf({ site: 'busy.com' }));
    for (let i = 0; i < 49_999; i++) {
      results.take(textOf({ site: `${i}.com` }));
      if (i === 20_000) results.take(textOf({ site: 'busy.com' }));
    }
    const isKnown = (site: string) => results.find(site, 60, 99_000) !== undefined;
    assert.deepEqual(['old.com', 'busy.com', '49998.com'].map(isKnown), [false, true, true]);
  });

  test('list the window lengths in order', () => {
    const results = new WindowResults();
    for (const seconds of [3600, 60, 300]) results.take(textOf({ seconds }));
    assert.deepEqual(results.lengths, [60, 300, 3600]);
  });

  for (const text of [
    '',
    'null',
    '7',
    '[]',
    '{}',
    textOf({ v: 2 }),
    textOf({ hits: '3' }),
    textOf({ to: -1 }),
  ]) {
    test(`reject ${text.slice(0, 60) || 'an empty text'}`, () => {
      assert.throws(() => new WindowResults().take(text), { code: 'invalid' });
    });
  }
});
