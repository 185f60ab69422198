import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WRITTEN_TEXTS, writtenFilters } from '../../../test/fixtures/written-query.ts';
import { HitError } from '../../errors.ts';
import type { Filter } from '../engine/query.ts';
import { FilterReader } from './filter-reader.ts';
import { filterText, parseFilter } from './filter-text.ts';

/** Combinations of one filter are that filter. */
function plain(filter: Filter): Filter {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].length === 1 ? plain(filter[1][0]!) : [filter[0], filter[1].map(plain)];
    case 'not':
    case 'has_done':
    case 'has_not_done':
      return [filter[0], plain(filter[1])];
    default:
      return filter;
  }
}

describe('the text of a filter', () => {
  for (const [text, filter] of [
    ['source is Google, Bing', ['is', 'source', ['Google', 'Bing']]],
    ['"prop:my plan" is_not "a b", ""', ['is_not', 'prop:my plan', ['a b', '']]],
    ['visit_duration>=10', ['at_least', 'visit_duration', [10]]],
    ['value less 1e-7', ['less', 'value', [1e-7]]],
    [
      'page is / or page is /a and not country is DE',
      [
        'or',
        [
          ['is', 'page', ['/']],
          [
            'and',
            [
              ['is', 'page', ['/a']],
              ['not', ['is', 'country', ['DE']]],
            ],
          ],
        ],
      ],
    ],
    [
      'has_done (goal is signup or event is "and")',
      [
        'has_done',
        [
          'or',
          [
            ['is', 'goal', ['signup']],
            ['is', 'event', ['and']],
          ],
        ],
      ],
    ],
  ] as const) {
    test(`is parsed: ${text}`, () => assert.deepEqual(parseFilter(text), filter));
  }

  for (const [text, message] of [
    ['', /lacks the name of a dimension/],
    ['source', /lacks an operator after "source"/],
    ['source is', /lacks a value after "is"/],
    ['source is and', /lacks a value after "is"/],
    ['source is not Google', /has "is not": write is_not$/],
    ['source is a b', /has "b" where "and", "or" or the end is expected/],
    ['(source is a', /lacks a closing parenthesis/],
    ['source is "a', /has an unclosed quote/],
    ['source is "\\x"', /which is not a valid JSON string/],
    ['visit_hits > many', /has "many" where a number is expected/],
    [`${'('.repeat(10_000)}`, /is nested too deeply/],
  ] as const) {
    test(`is refused: ${text.slice(0, 30)}`, () => {
      assert.throws(() => parseFilter(text), { code: 'invalid', message });
    });
  }

  test('is read as the filter that it was written from', () => {
    fc.assert(
      fc.property(writtenFilters(['signup']), (written) => {
        const [filter] = new FilterReader(['signup']).readAll('filters', [written]) as [Filter];
        assert.deepEqual(parseFilter(filterText(filter)), plain(filter));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  test('of any kind is read or refused', () => {
    const part = fc.oneof(
      WRITTEN_TEXTS,
      fc.constantFrom('and', 'or', 'not', 'is', '>', '(', ')', ',', '"', 'source', '1'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        try {
          parseFilter(parts.join(' '));
        } catch (error) {
          assert.ok(error instanceof HitError && error.code === 'invalid', String(error));
        }
      }),
      { seed: 3, numRuns: 5000 },
    );
  });
});
