import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nearest, suggestion, unknownName } from './suggestion.ts';

const KNOWN = ['country', 'city', 'browser', 'browser_version', 'visitors', 'visits'];

describe('a suggestion', () => {
  test('is the nearest name', () => {
    for (const [given, meant] of [
      ['contry', 'country'],
      ['coutnry', 'country'],
      ['Country', 'country'],
      ['vistors', 'visitors'],
      ['visit', 'visits'],
      ['browserversion', 'browser_version'],
    ] as const) {
      assert.equal(nearest(given, KNOWN), meant, given);
    }
  });

  test('is missing if no name is near', () => {
    for (const given of ['', 'x', 'fortnight', 'c'.repeat(10_000)]) {
      assert.equal(nearest(given, KNOWN), undefined, given);
      assert.equal(suggestion(given, KNOWN), '');
    }
  });

  test('follows one edit of any name of five characters or more', () => {
    const longEnough = KNOWN.filter(({ length }) => length >= 5);
    fc.assert(
      fc.property(
        fc.constantFrom(...longEnough),
        fc.nat(),
        fc.nat(2),
        fc.string({ minLength: 1, maxLength: 1 }),
        (name, at, kind, put) => {
          const place = at % name.length;
          const given =
            name.slice(0, place) + (kind === 0 ? '' : put) + name.slice(place + (kind === 2 ? 0 : 1));
          if (KNOWN.includes(given)) return;
          const found = nearest(given, KNOWN);
          assert.ok(found !== undefined, given);
        },
      ),
      { seed: 7, numRuns: 2000 },
    );
  });
});

test('an unknown name is refused with the nearest one, or with all', () => {
  assert.equal(unknownName('by', 'contry', KNOWN).message, 'by "contry" is unknown: did you mean "country"?');
  assert.equal(
    unknownName('interval', 'fortnight', ['day', 'week']).message,
    'interval "fortnight" is unknown: use day, week',
  );
  assert.equal(unknownName('parameter', 'x', []).message, 'parameter "x" is unknown: there are none');
});

test('the list of known names in a message is limited', () => {
  const known = Array.from({ length: 100_000 }, (_, at) => `goal ${at}`);
  const { message } = unknownName('goal', 'x', known);
  assert.match(message, /^goal "x" is unknown: use goal 0, goal 1, .*, goal 99, or one of 99900 others$/);
});
