/** Parsing of the JSON of funnels, journeys and retention. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HitError } from '../../errors.ts';
import type { Goal } from '../engine/query.ts';
import type { StoredFunnel } from '../resources/funnel-reader.ts';
import { readFunnel } from './funnel-query-reader.ts';
import { readJourneys } from './journeys-query-reader.ts';
import { readRetention } from './retention-query-reader.ts';

const NOW = Date.parse('2026-03-30T10:00:00Z');
const GOALS: Goal[] = [
  { site: 'a.example', name: 'signup', action: { kind: 'event', event: 'signup' } },
  { site: 'a.example', name: 'blog', action: { kind: 'page', page: '/blog/*' } },
  { site: 'b.example', name: 'signup', action: { kind: 'event', event: 'register' } },
];
const CART = { kind: 'page', page: '/cart' } as const;
const FUNNELS: StoredFunnel[] = [
  { site: 'a.example', name: 'checkout', steps: [CART, 'signup'], within: { days: 7 } },
  { site: 'a.example', name: 'outdated', steps: [CART, 'purchase'], within: 'visit' },
];
const MANY = Array.from({ length: 30 }, (_, at): Goal => {
  return { site: `${at}.example`, name: 'signup', action: { kind: 'event', event: 'signup' } };
});

const READERS = {
  funnel: (value: unknown) => readFunnel(value, NOW, GOALS, FUNNELS),
  journeys: (value: unknown) => readJourneys(value, NOW, GOALS),
  retention: (value: unknown) => readRetention(value, NOW, GOALS),
};
const USUAL = {
  funnel: { period: 'all', steps: ['signup', CART] },
  journeys: { period: 'all', page: '/' },
  retention: { period: 'all' },
};
const SCOPE = { sites: [], timezone: 'UTC', bots: 'exclude', filters: [], period: undefined };

describe('a query about visits', () => {
  test('has defaults', () => {
    assert.deepEqual(READERS.funnel(USUAL.funnel), {
      ...{ ...SCOPE, steps: ['signup', CART], within: 'visit', by: undefined, limit: 100 },
      goals: [GOALS[0], GOALS[2]],
    });
    assert.deepEqual(READERS.journeys(USUAL.journeys), {
      ...{ ...SCOPE, page: '/', direction: 'both', steps: 3, limit: 10, goals: [] },
    });
    assert.deepEqual(READERS.retention(USUAL.retention), {
      ...{ ...SCOPE, interval: undefined, returnFilters: [], identity: undefined, goals: [] },
    });
  });

  test('has the goals that its filters may name', () => {
    const filters = [['has_done', ['matches', 'goal', ['s*']]]];
    const asked = { site: 'a.example', filters };
    for (const kind of ['funnel', 'journeys', 'retention'] as const)
      assert.deepEqual(READERS[kind]({ ...USUAL[kind], ...asked }).goals, GOALS.slice(0, 2));
    const returns = { ...USUAL.retention, site: 'b.example', return_filters: [['is', 'goal', ['signup']]] };
    assert.deepEqual(READERS.retention(returns).goals, [GOALS[2]]);
  });

  test('includes bots if a filter is about them, or about who has done what they do', () => {
    const filter = ['is', 'bot_kind', ['search']];
    for (const filters of [[filter], [['has_done', filter]], [['not', ['has_not_done', filter]]]])
      for (const kind of ['funnel', 'journeys', 'retention'] as const) {
        assert.equal(READERS[kind]({ ...USUAL[kind], filters }).bots, 'include');
        assert.equal(READERS[kind]({ ...USUAL[kind], filters, bots: 'only' }).bots, 'only');
      }
  });

  test('may be a stored funnel, in another window', () => {
    const stored = { site: 'a.example', period: '7d', funnel: 'checkout' };
    const { steps, within, goals } = READERS.funnel(stored);
    assert.deepEqual(
      { steps, within, goals },
      { steps: [CART, 'signup'], within: { days: 7 }, goals: [GOALS[0]] },
    );
    assert.equal(READERS.funnel({ ...stored, within: 'visit' }).within, 'visit');
    for (const window of ['30d', { days: 30 }])
      assert.deepEqual(READERS.funnel({ ...stored, within: window }).within, { days: 30 });
  });

  test('of a funnel with goals of too many sites is refused', () => {
    const asked = { period: 'all', steps: ['signup', { any: ['signup', CART] }, 'signup', 'signup'] };
    assert.throws(() => readFunnel(asked, NOW, MANY, []), {
      code: 'invalid',
      message: /^the steps have 121 actions, 100 are allowed/,
    });
    assert.equal(readFunnel({ ...asked, site: '1.example' }, NOW, MANY, []).goals.length, 1);
  });

  for (const [kind, more, message] of [
    ['funnel', { stesp: [] }, 'the funnel: member "stesp" is unknown: did you mean "steps"?'],
    ['funnel', { steps: null }, 'set either steps, or funnel to the name of a stored funnel'],
    ['funnel', { funnel: 'checkout' }, 'set either steps, or funnel to the name of a stored funnel'],
    ['funnel', { steps: ['singup', CART] }, 'steps[0]: goal "singup" is unknown: did you mean "signup"?'],
    ['funnel', { site: 'c.example' }, 'steps[0]: goal "signup" is unknown: these sites have no goals'],
    ['funnel', { steps: [CART] }, 'steps: a funnel has 2 to 8 steps'],
    ['funnel', { steps: Array(9).fill(CART) }, 'steps has 9 values, 8 are allowed'],
    ['funnel', { within: 'vist' }, 'within "vist" is unknown: did you mean "visit"?'],
    ['funnel', { within: '7 days' }, 'within "7 days" is unknown: use visit, 7d'],
    ['funnel', { within: '91d' }, 'within: days is not a whole number from 1 to 90'],
    ['funnel', { within: '0d' }, 'within: days is not a whole number from 1 to 90'],
    ['funnel', { within: '1000000d' }, 'within: days is not a whole number from 1 to 90'],
    ['funnel', { within: { days: 1.5 } }, 'within.days is not a whole number from 1 to 90'],
    ['funnel', { by: 'contry' }, 'by "contry" is unknown: did you mean "country"?'],
    ['funnel', { by: 'page' }, /^by "page" is unknown: use source, channel, /],
    ['funnel', { limit: 5 }, 'limit requires by, a dimension'],
    ['funnel', { by: 'source', limit: 1001 }, 'limit is not a whole number from 1 to 1000'],
    ['funnel', { filters: [['is', 'goal', ['singup']]] }, /did you mean "signup"\?$/],
    ['journeys', { page: undefined }, /^page is missing: name one/],
    ['journeys', { page: '' }, /^page is missing: name one/],
    ['journeys', { page: ['/'] }, 'page is not a string'],
    ['journeys', { page: 'a\u0000' }, /has a control character/],
    ['journeys', { direction: 'afetr' }, 'direction "afetr" is unknown: did you mean "after"?'],
    ['journeys', { steps: 11 }, 'steps is not a whole number from 1 to 10'],
    ['journeys', { limit: 0 }, 'limit is not a whole number from 1 to 100'],
    ['journeys', { step: 2 }, 'the query: member "step" is unknown: did you mean "steps"?'],
    ['retention', { interval: 'weak' }, 'interval "weak" is unknown: did you mean "week"?'],
    ['retention', { interval: 'hour' }, 'interval "hour" is unknown: use day, week, month'],
    ['retention', { identity: 'cokie' }, 'identity "cokie" is unknown: did you mean "cookie"?'],
    [
      'retention',
      { return_filters: [['is', 'contry', ['DE']]] },
      /^return_filters\[0\]\[1\] "contry" is unknown/,
    ],
    ['retention', { period: '7days' }, /^period "7days" is unknown/],
    ['retention', { timezone: 'Europe/Brelin' }, /timezone/],
  ] as const)
    test(`is rejected if it is invalid: ${kind} ${JSON.stringify(more).slice(0, 70)}`, () => {
      assert.throws(() => READERS[kind]({ ...USUAL[kind], ...more }), { code: 'invalid', message });
    });

  for (const [asked, message] of [
    [{ funnel: 'chekcout' }, 'funnel "chekcout" is unknown: did you mean "checkout"?'],
    [{ funnel: 'checkout', site: 'b.example' }, 'b.example has no stored funnels: set steps instead'],
    [{ funnel: 'checkout', site: null }, 'a stored funnel belongs to one site, so set site to that one'],
    [{ funnel: 'checkout', site: ['a.example', 'b.example'] }, /belongs to one site/],
    [{ funnel: 'outdated' }, /^steps\[1\] of the funnel "outdated": goal "purchase" is unknown: /],
    [{ funnel: 1 }, 'funnel is not a string'],
  ] as const)
    test(`is refused without such a stored funnel: ${JSON.stringify(asked)}`, () => {
      assert.throws(() => READERS.funnel({ site: 'a.example', period: 'all', ...asked }), {
        code: 'invalid',
        message,
      });
    });

  test('counts the conditions of both lists of filters together', () => {
    const filters = (count: number) => Array(count).fill(['is', 'country', ['DE']]);
    const asked = (returns: number) => ({
      period: 'all',
      filters: filters(60),
      return_filters: filters(returns),
    });
    READERS.retention(asked(40));
    assert.throws(() => READERS.retention(asked(41)), {
      code: 'invalid',
      message: 'filters have more than 100 conditions',
    });
  });

  test('is parsed or rejected, whatever the JSON is', () => {
    const members = ['site', 'period', 'steps', 'funnel', 'within', 'by', 'limit', 'page', 'interval', 'x'];
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('all', 'signup', [CART, CART], { any: ['signup'] }),
    );
    const anything = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...members), values));
    fc.assert(
      fc.property(fc.constantFrom('funnel', 'journeys', 'retention'), anything, (kind, value) => {
        try {
          READERS[kind](value);
        } catch (error) {
          assert.ok(error instanceof HitError && error.code === 'invalid', String(error));
        }
      }),
      { seed: 3, numRuns: 5000 },
    );
  });
});
