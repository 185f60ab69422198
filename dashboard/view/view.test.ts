import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HIT_DIMENSIONS, TEXT_OPERATORS, VISIT_DIMENSIONS } from '../../src/query/engine/query.ts';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import {
  type Filter,
  filterOf,
  filterText,
  has,
  oppositeOf,
  pathFilters,
  readFilter,
  toggled,
} from './filter.ts';
import { COMPARISONS, METRICS, readView, TABS, USUAL, type View, viewQuery } from './view.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((each) => each.toWellFormed());
const DIMENSIONS = [...VISIT_DIMENSIONS, ...HIT_DIMENSIONS, 'prop:a b'] as const;
const textFilter = fc.tuple(
  fc.constantFrom(...TEXT_OPERATORS),
  fc.constantFrom(...DIMENSIONS),
  fc.array(text, { minLength: 1, maxLength: 3 }),
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  textFilter,
  fc.tuple(
    fc.constantFrom('and' as const, 'or' as const),
    fc.array(textFilter, { minLength: 1, maxLength: 3 }),
  ),
  fc.tuple(fc.constantFrom('not' as const, 'has_done' as const), textFilter),
  fc.tuple(fc.constant('greater' as const), fc.constant('visit_duration' as const), fc.tuple(fc.nat())),
);
const view: fc.Arbitrary<View> = fc.record({
  tab: fc.constantFrom(...TABS),
  details: fc.constantFrom({}, { funnel: 'a & b' }, { steps: '["signup"]', within: '7d' }),
  site: fc.constantFrom('', 'example.com', 'xn--e1afmkfd.example'),
  period: fc.constantFrom(
    USUAL.period,
    { kind: 'day' as const, date: '2026-11-24' },
    { kind: 'all' as const },
    { kind: 'custom' as const, from: '2026-01-02', to: '2026-01-09' },
  ),
  interval: fc.constantFrom(undefined, 'day' as const, 'week' as const),
  compare: fc.constantFrom(...COMPARISONS, { from: '2025-12-24', to: '2026-01-01' }),
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
    readView(
      '?period=fortnight&compare=custom&compare_from=x&metric=%3Cb%3E&interval=eon&filter=nothing&filter=x=1',
    ),
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
  const written = filterText(filterOf('page', '/a*b|c\\d'));
  assert.equal(written, 'page=/a\\*b\\|c\\\\d');
  assert.deepEqual(readFilter(written), ['is', 'page', ['/a*b|c\\d']]);
});

test('filters in addresses of earlier versions mean what they did', () => {
  assert.deepEqual(readFilter('path=/blog/*'), ['matches', 'page', ['/blog/*']]);
  assert.deepEqual(readFilter('name!=signup'), ['is_not', 'event', ['signup']]);
  assert.deepEqual(readFilter('country=DE|AT'), ['is', 'country', ['DE', 'AT']]);
  assert.deepEqual(readFilter('country='), ['is', 'country', ['']]);
  assert.deepEqual(pathFilters([['matches', 'page', ['/blog/*']]]), ['path=/blog/*']);
  assert.equal(pathFilters([['is', 'city', ['Berlin']]]), undefined);
  assert.equal(pathFilters([['contains', 'page', ['x']]]), undefined);
});

test('the filter of a value is never longer than the server accepts, and does not split a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 4000, size: 'max' }), (value) => {
      const [operator, , [pattern = '']] = filterOf('page', value);
      assert.ok(pattern.length <= 1000);
      assert.ok(!value.isWellFormed() || pattern.isWellFormed());
      if (operator === 'matches') assert.match(pattern, /^(?:[^\\*]|\\[\\*])*\*$/s);
      else assert.equal(pattern, value);
    }),
    { seed: 3, numRuns: 50 },
  );
  assert.equal(filterOf('page', '*'.repeat(8000))[2][0]!.length % 2, 1);
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

test('the opposite of the opposite is the filter', () => {
  fc.assert(
    fc.property(filter, (each) => {
      if (each[0] === 'not') return;
      assert.notDeepEqual(oppositeOf(each), each);
      assert.deepEqual(oppositeOf(oppositeOf(each)), each);
    }),
    { seed: 4 },
  );
});
