import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DIMENSIONS } from '../../src/clickhouse/dimension.ts';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { type Filter, filterOf, filterText, has, readFilter, shownPattern, toggled } from './filter.ts';
import { COMPARISONS, METRICS, readView, USUAL, type View, viewQuery } from './view.ts';

const filter: fc.Arbitrary<Filter> = fc.record({
  dimension: fc.constantFrom(...DIMENSIONS),
  negated: fc.boolean(),
  pattern: fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.toWellFormed()),
});
const view: fc.Arbitrary<View> = fc.record({
  site: fc.constantFrom('', 'example.com', 'xn--e1afmkfd.example'),
  period: fc.constantFrom(
    USUAL.period,
    { kind: 'day' as const, date: '2026-11-24' },
    { kind: 'all' as const },
    { kind: 'custom' as const, from: '2026-01-02', to: '2026-01-09' },
  ),
  interval: fc.constantFrom(undefined, 'day' as const, 'week' as const),
  compare: fc.constantFrom(...COMPARISONS),
  metric: fc.constantFrom(...METRICS),
  filters: fc.array(filter, { maxLength: 4 }),
});

test('an address restores the view that it was copied from', () => {
  fc.assert(
    fc.property(view, (seen) => assert.deepEqual(readView(viewQuery(seen)), structuredClone(seen))),
    { seed: 1 },
  );
});

test('the default view has the shortest address that is not that of the start page', () => {
  assert.equal(viewQuery(USUAL), '?period=30d');
  assert.deepEqual(readView(''), USUAL);
});

test('unknown values in an address fall back to defaults', () => {
  assert.deepEqual(
    readView('?period=fortnight&compare=x&metric=%3Cb%3E&interval=eon&filter=nothing&filter=x=1'),
    USUAL,
  );
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (query) => {
      readView(query);
    }),
    { seed: 2 },
  );
});

test('a click filters by the literal value, even if it contains special characters', () => {
  const text = filterText(filterOf('path', '/a*b|c\\d'));
  assert.equal(text, 'path=/a\\*b\\|c\\\\d');
  assert.equal(shownPattern(readFilter(text)!), '/a*b|c\\d');
});

test('the filter of a value is never longer than the server accepts, and does not split a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 4000, size: 'max' }), (value) => {
      const { pattern } = filterOf('path', value);
      assert.ok(`path=${pattern}`.length <= 1000);
      assert.ok(!value.isWellFormed() || pattern.isWellFormed());
      assert.match(pattern, /^(?:[^\\*|]|\\[\\*|])*\*?$/s);
    }),
    { seed: 3, numRuns: 50 },
  );
  assert.equal(filterOf('path', '|'.repeat(8000)).pattern.length % 2, 1);
});

test('a second click removes the filter', () => {
  const one = filterOf('country', 'DE');
  const filters = toggled([], one);
  assert.ok(has(filters, one));
  assert.deepEqual(toggled(filters, one), []);
});

test('a value replaces another value of its dimension; exclusions accumulate', () => {
  const out = (value: string) => filterOf('country', value, true);
  const filters = [filterOf('country', 'DE'), filterOf('country', 'AT'), out('US'), out('GB')].reduce<
    readonly Filter[]
  >(toggled, []);
  assert.deepEqual(filters.map(filterText), ['country=AT', 'country!=US', 'country!=GB']);
});
