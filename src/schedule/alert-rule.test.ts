import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { HitError } from '../errors.ts';
import { readAlertRules } from './alert-rule.ts';

function ruleOf(text: string) {
  return readAlertRules([text])[0]!;
}

describe('a rule', () => {
  test('has a metric, a window, a threshold, and options', () => {
    assert.deepEqual(ruleOf(' hits  in 1h <10 site A.com:443 clear 20 for 10m '), {
      text: 'hits in 1h <10 site A.com:443 clear 20 for 10m',
      metric: 'hits',
      window: '1h',
      seconds: 3600,
      site: 'a.com',
      bound: '<',
      threshold: 10,
      clear: 20,
      hold: 600_000,
    });
  });

  test('by default covers all sites, fires at once, and is cleared 10 % past its threshold', () => {
    const high = ruleOf('visitors in 5m > 1000');
    assert.deepEqual([high.site, high.hold, high.clear], [undefined, 0, 900]);
    assert.equal(ruleOf('visitors in 5m < 1000').clear, 1100);
  });

  test('can be cleared, however small its threshold', () => {
    const numbers = fc.nat({ max: 10_000 });
    fc.assert(
      fc.property(numbers, (number) => {
        assert.ok(ruleOf(`hits in 5m > ${number}`).clear <= number);
        assert.ok(ruleOf(`hits in 5m < ${number}`).clear >= number);
      }),
      { seed: 1 },
    );
  });

  for (const [text, complaint] of [
    ['', /it is not a rule such as visitors in 5m > 1000/],
    ['pages in 5m > 1', /it is not a rule such as/],
    ['hits in 5m = 1', /it is not a rule such as/],
    ['hits in 5m > many', /"many" is not a number/],
    ['hits in 5m > -1', /"-1" is not a number/],
    ['hits in 5w > 1', /"5w" is not a window/],
    ['hits in 0s > 1', /"0s" is not a window/],
    ['hits in 401d > 1', /"401d" is not a window/],
    ['hits in 5m > 1 page /', /"page" is not site, clear or for/],
    ['hits in 5m > 1 site', /site "" is not a host name/],
    ['hits in 5m > 1 site a/b', /site "a\/b" is not a host name/],
    ['hits in 5m > 10 clear 11', /clear 11 is on the firing side of 10/],
    ['hits in 5m < 10 clear 9', /clear 9 is on the firing side of 10/],
    ['hits in 5m > 1 for long', /for "long" is not a time/],
  ] as const) {
    test(`is refused as "${text}", with the reason`, () => {
      assert.throws(() => ruleOf(text), { code: 'bad_setting', message: complaint });
    });
  }

  test('that occurs twice, whatever its spacing, is refused', () => {
    assert.throws(() => readAlertRules(['hits in 5m > 1', ' hits in  5m > 1']), /it is given twice/);
  });

  test('of any text is a rule, or a coded error', () => {
    const words = fc.constantFrom(
      'hits',
      'visitors',
      'in',
      '5m',
      '1d',
      '>',
      '<',
      '10',
      'site',
      'a.com',
      'for',
      'clear',
    );
    const texts = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.array(words).map((each) => each.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          assert.deepEqual(ruleOf(ruleOf(text).text), ruleOf(text));
        } catch (error) {
          assert.ok(error instanceof HitError && error.code === 'bad_setting', String(error));
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
