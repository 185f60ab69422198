import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FunnelAction, FunnelTest } from '../engine/funnel-query.ts';
import { readSteps } from '../resources/funnel-reader.ts';
import { parseStep, stepText } from './step-text.ts';

const texts = fc.oneof(
  fc.constantFrom('/', '/blog/*', 'a or b', 'or', 'or b', 'a or', 'page=/x', '{', '"', ' a', 'a=b', '='),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const actions: fc.Arbitrary<FunnelAction> = fc.oneof(
  texts,
  fc.record({ kind: fc.constant('page' as const), page: texts }),
  fc.record({ kind: fc.constant('event' as const), event: texts }),
  fc.record({
    ...{ kind: fc.constant('event' as const), event: texts },
    props: fc.dictionary(texts, fc.array(texts, { minLength: 1 }), { minKeys: 1, noNullPrototype: true }),
  }),
  fc.record({ kind: fc.constant('scroll' as const), page: texts, depth: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ kind: fc.constantFrom('outbound', 'download'), url: texts }),
  fc.record({ kind: fc.constantFrom('outbound', 'download', 'not_found') }),
  fc.record({ kind: fc.constant('not_found' as const), page: texts }),
);

describe('the text of a step', () => {
  for (const [text, step] of [
    ['signup', 'signup'],
    ['page=/cart', { kind: 'page', page: '/cart' }],
    ['page=/search?q=a=b', { kind: 'page', page: '/search?q=a=b' }],
    ['event=purchase', { kind: 'event', event: 'purchase' }],
    ['outbound=*', { kind: 'outbound', url: '*' }],
    ['not_found=/old/*', { kind: 'not_found', page: '/old/*' }],
    ['sign up or page=/thanks', { any: ['sign up', { kind: 'page', page: '/thanks' }] }],
    ['"this or that"', 'this or that'],
    ['{"kind":"scroll","page":"*","depth":90}', { kind: 'scroll', page: '*', depth: 90 }],
  ] as const)
    test(`is parsed: ${text}`, () => {
      assert.deepEqual(parseStep(text), step);
      assert.equal(stepText(step), text);
    });

  for (const [text, message] of [
    ['pge=/cart', 'step "pge=/cart": action "pge" is unknown: did you mean "page"?'],
    ['page=', 'step "page=" lacks a value after "page="'],
    ['', 'step "" lacks a goal or an action'],
    ['signup or ', 'step "signup or " lacks a goal or an action'],
  ] as const)
    test(`is refused: "${text}"`, () => {
      assert.throws(() => parseStep(text), { code: 'invalid', message });
    });

  test('of broken JSON is refused', () => {
    assert.throws(() => parseStep('{"kind"'), { code: 'invalid', message: /^step "\{"kind"" is not JSON: / });
  });

  test('is the inverse of parsing', () => {
    const steps: fc.Arbitrary<FunnelTest> = fc.oneof(
      actions,
      fc.record({ any: fc.array(actions, { minLength: 2, maxLength: 4 }) }),
    );
    fc.assert(
      fc.property(steps, (step) => {
        assert.deepEqual(parseStep(stepText(step)), JSON.parse(JSON.stringify(step)));
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe('a step', () => {
  for (const [step, message] of [
    [{ any: [] }, 'steps[0].any is empty: name a goal or an action'],
    [{ any: ['signup'], kind: 'page' }, 'steps[0]: member "kind" is unknown: use any'],
    [{ any: [{ any: ['signup'] }] }, /^steps\[0\]\.any\[0\]: member "any" is unknown/],
    [{ any: Array(11).fill('signup') }, 'steps[0].any has 11 values, 10 are allowed'],
    [{ any: ['sginup'] }, 'steps[0].any[0]: goal "sginup" is unknown: did you mean "signup"?'],
    [
      '/cart',
      'steps[0] "/cart" is not a goal: for a page, use page=/cart on the command line, {"kind":"page","page":"/cart"} in JSON',
    ],
    [null, 'steps[0] is not an object'],
    [{ kind: 'pgae', page: '/' }, 'steps[0].kind "pgae" is unknown: did you mean "page"?'],
  ] as const)
    test(`is refused: ${JSON.stringify(step).slice(0, 60)}`, () => {
      assert.throws(() => readSteps('steps', [step, 'signup'], ['signup']), { code: 'invalid', message });
    });
});
