import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { CLICK_IDS, clickIdOf } from './click-id.ts';

test('a click id is recognized by its parameter, anywhere in the query', () => {
  assert.equal(clickIdOf('gclid=Cj0'), 'gclid');
  assert.equal(clickIdOf('a=1&b&c=2&fbclid=IwAR&d='), 'fbclid');
  assert.equal(clickIdOf('a&b&&GCLID=1'), 'gclid');
  assert.equal(clickIdOf('ScCid=abc'), 'sccid');
});

test('of several click ids, the one that certainly comes from an ad counts', () => {
  assert.equal(clickIdOf('fbclid=1&gclid=2'), 'gclid');
  assert.equal(clickIdOf('gclid=2&fbclid=1'), 'gclid');
});

test('a parameter without a value, or with a similar name, is not a click id', () => {
  for (const query of [
    '',
    'gclid',
    'gclid=',
    'gclid=&a=1',
    'a=gclid',
    'xgclid=1',
    'gclid2=1',
    '=gclid',
    '&',
    'gclid%3D1',
  ]) {
    assert.equal(clickIdOf(query), '', query);
  }
});

test('a click id is found like by URLSearchParams, in any query of plain parameters', () => {
  const part = fc.constantFrom('gclid', 'fbclid', 'a', '=', '&', '1', 'msclkid', '==', '&&');
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
      (query) => {
        const given = new Set(
          Array.from(new URLSearchParams(query)).flatMap(([name, value]) => (value === '' ? [] : [name])),
        );
        const expected = CLICK_IDS.find(({ parameter }) => given.has(parameter))?.parameter ?? '';
        assert.equal(clickIdOf(query), expected, query);
      },
    ),
    { seed: 21, numRuns: rounds(3000, 600) },
  );
});

test('a query of megabytes is parsed before the test times out', { timeout: scaledTimeout(20_000) }, () => {
  for (const piece of ['a', '&', '=', '&a', 'a=', '=&', 'gclid', 'gclid&', '&gclid=']) {
    const query = piece.repeat(2 ** 22 / piece.length);
    assert.equal(clickIdOf(query), '', piece);
    assert.equal(clickIdOf(`${query}&gclid=1`), 'gclid', piece);
  }
});
