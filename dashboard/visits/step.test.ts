import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf, type Step, stepName, stepOf } from './step.ts';

test('steps that the form can show are restored from it', () => {
  const steps: Step[] = [
    'signup',
    { kind: 'page', page: '/cart' },
    { kind: 'event', event: 'buy' },
    { kind: 'outbound', url: 'https://x.example/*' },
    { kind: 'download' },
    { kind: 'not_found' },
    { kind: 'not_found', page: '/old/*' },
  ];
  for (const step of steps) assert.deepEqual(stepOf(fieldOf(step)!), step);
  assert.equal(stepOf({ kind: 'page', text: ' ' }), undefined);
});

test('other steps are named, and left alone', () => {
  const pro: Step = { kind: 'event', event: 'signup', props: { plan: ['pro', 'team'] } };
  assert.equal(stepName(pro), 'Event signup, plan is pro or team');
  assert.equal(stepName({ any: ['signup', { kind: 'page', page: '/thanks' }] }), 'signup or Page /thanks');
  assert.equal(stepName({ kind: 'scroll', page: '/blog/*', depth: 75 }), 'Scroll /blog/* to 75%');
  assert.equal(fieldOf(pro), undefined);
});
