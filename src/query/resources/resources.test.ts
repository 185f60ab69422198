import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { KIND_NAMES, KINDS } from './kinds.ts';
import { Resources } from './resources.ts';

const SITE = 'example.com';
const GOAL = KINDS.goals.example;

function goal(name: string): unknown {
  return { ...GOAL, name };
}

describe('what is kept for a site', () => {
  test('is there after a restart, and gone when it is removed', (t) => {
    const folder = temporaryFolder(t);
    const resources = new Resources(folder);
    for (const kind of KIND_NAMES) {
      assert.deepEqual(resources.create(kind, SITE, KINDS[kind].example), KINDS[kind].example);
      assert.deepEqual(new Resources(folder).list(kind, SITE), [KINDS[kind].example]);
    }
    assert.deepEqual(resources.goals, [{ site: SITE, ...GOAL }]);
    for (const kind of KIND_NAMES) {
      resources.remove(kind, SITE, KINDS[kind].example.name);
      assert.deepEqual(new Resources(folder).list(kind, SITE), []);
    }
  });

  test('is replaced in its place, or created', (t) => {
    const resources = new Resources(temporaryFolder(t));
    for (const name of ['a', 'b', 'c']) resources.replace('goals', SITE, name, goal(name));
    resources.replace('goals', SITE, 'b', goal('d'));
    assert.deepEqual(
      resources.list('goals', SITE).map(({ name }) => name),
      ['a', 'd', 'c'],
    );
    assert.throws(() => resources.replace('goals', SITE, 'd', goal('c')), {
      code: 'invalid',
      message: /already has the goal "c"/,
    });
    assert.throws(() => resources.create('goals', SITE, goal('a')), {
      code: 'invalid',
      message: /already has the goal "a"/,
    });
    assert.throws(() => resources.remove('goals', SITE, 'b'), { code: 'not_found' });
  });

  test('has a limit', (t) => {
    const resources = new Resources(temporaryFolder(t));
    for (let at = 0; at < KINDS.funnels.most; at++)
      resources.create('funnels', SITE, { ...KINDS.funnels.example, name: `funnel ${at}` });
    assert.throws(() => resources.create('funnels', SITE, KINDS.funnels.example), {
      code: 'invalid',
      message: /already has 50 funnels/,
    });
    assert.equal(resources.list('funnels', SITE).length, KINDS.funnels.most);
  });

  test('refers to existing goals only, which stay as long as it does', (t) => {
    const folder = temporaryFolder(t);
    const resources = new Resources(folder);
    const segment = { name: 'buyers', filters: [['has_done', ['is', 'goal', ['signup']]]] };
    const funnel = { name: 'way', steps: ['signup', 'purchase'], within: { days: 7 } };
    assert.throws(() => resources.create('segments', SITE, segment), /these sites have no goals/);
    resources.create('goals', SITE, GOAL);
    resources.create('segments', SITE, segment);
    assert.throws(
      () => resources.create('funnels', SITE, funnel),
      /^HitError: steps\[1\]: goal "purchase" is unknown/,
    );
    resources.create('funnels', SITE, { ...funnel, steps: [{ kind: 'page', page: '/' }, 'signup'] });
    const other = { ...GOAL, name: 'other' };
    for (const user of ['funnel "way"', 'segment "buyers"']) {
      const message = (change: string) =>
        `the goal "signup" of ${SITE} cannot be ${change}: the ${user} uses it`;
      const refused = { code: 'invalid', message: message('removed') };
      assert.throws(() => resources.remove('goals', SITE, 'signup'), refused);
      const renamed = { code: 'invalid', message: message('renamed') };
      assert.throws(() => resources.replace('goals', SITE, 'signup', other), renamed);
      resources.replace('goals', SITE, 'signup', GOAL);
      if (user.startsWith('funnel')) resources.remove('funnels', SITE, 'way');
    }
    resources.remove('segments', SITE, 'buyers');
    resources.remove('goals', SITE, 'signup');
    assert.deepEqual(new Resources(folder).list('goals', SITE), []);
  });

  test('names pages with a slash, which hits have, also if a person left it out', (t) => {
    const folder = temporaryFolder(t);
    const pages = { thanks: '/thanks', '/a': '/a', '*': '*', '*.pdf': '*.pdf', 'blog/*': '/blog/*' };
    writeFileSync(
      join(folder, 'resources.json'),
      JSON.stringify({ goals: { [SITE]: [{ name: 'old', action: { kind: 'page', page: 'pricing' } }] } }),
    );
    const resources = new Resources(folder);
    for (const [page, expected] of Object.entries(pages)) {
      const action = { kind: 'scroll', page, depth: 50 };
      assert.deepEqual(resources.create('goals', SITE, { name: page, action }).action, {
        ...action,
        page: expected,
      });
    }
    assert.deepEqual(resources.list('goals', SITE)[0]?.action, { kind: 'page', page: '/pricing' });
  });

  test('as a funnel may have alternative steps, and days as text', (t) => {
    const folder = temporaryFolder(t);
    const resources = new Resources(folder);
    resources.create('goals', SITE, GOAL);
    const steps = [{ any: ['signup', { kind: 'page', page: '/thanks' }] }, { kind: 'outbound' }];
    const made = resources.create('funnels', SITE, { name: 'way', steps, within: '7d' });
    assert.deepEqual(made, { name: 'way', steps, within: { days: 7 } });
    assert.deepEqual(new Resources(folder).funnels, [{ site: SITE, ...made }]);
  });

  test('that cannot be read is said, and not overwritten', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'resources.json');
    for (const text of ['{', '[]]', '{"goals":{"a.com":[{"name":"x","action":{"kind":"y"}}]}}']) {
      writeFileSync(path, text);
      assert.throws(() => new Resources(folder), {
        code: 'data_dir_unusable',
        message: /cannot be read.*Restore it/,
      });
      assert.equal(readFileSync(path, 'utf8'), text);
    }
  });

  for (const [kind, value, message] of [
    [
      'goals',
      { name: 'x', action: { kind: 'evnt', event: 'x' } },
      /^action\.kind "evnt" is unknown: did you mean "event"\?$/,
    ],
    ['goals', { action: GOAL.action }, /^name is missing$/],
    ['goals', { name: 'x', action: { kind: 'event' } }, /^action\.event is missing$/],
    [
      'goals',
      { name: 'x', action: { kind: 'event', event: 'x', url: 'y' } },
      /^action: member of "event" "url" is unknown: use event, props$/,
    ],
    ['goals', { name: 'x', action: { kind: 'event', event: 'pageview' } }, /use the kind "page"/],
    [
      'goals',
      { name: 'x', action: { kind: 'scroll', page: '/', depth: 0 } },
      /^action\.depth is not a percentage above 0/,
    ],
    ['goals', { name: ' ', action: GOAL.action }, /^name has 1 to 100 characters$/],
    ['goals', { name: ' .. ', action: GOAL.action }, /^name "\.\." cannot be used in a URL$/],
    ['goals', { name: '.', action: GOAL.action }, /^name "\." cannot be used in a URL$/],
    [
      'goals',
      { name: 'x', action: { ...GOAL.action, props: { plan: [] } } },
      /^action\.props\.plan has no values$/,
    ],
    ['goals', { name: 'x', acton: {} }, /^the goal: member "acton" is unknown: did you mean "action"\?$/],
    ['segments', { name: 'x', filters: [] }, /^filters is empty/],
    ['segments', { name: 'x', filters: [['is', 'contry', ['DE']]] }, /did you mean "country"\?$/],
    ['funnels', { name: 'x', steps: [GOAL.action] }, /^steps: a funnel has 2 to 8 steps$/],
    [
      'funnels',
      { name: 'x', steps: [GOAL.action, GOAL.action], within: { days: 0 } },
      /^within\.days is not a whole number from 1 to 90$/,
    ],
    ['annotations', { name: 'x', day: '2026-02-30', text: 'y' }, /^day "2026-02-30" is not a date/],
  ] as const) {
    test(`is refused if it is not understood: ${JSON.stringify(value)}`, (t) => {
      const resources = new Resources(temporaryFolder(t));
      assert.throws(() => resources.create(kind, SITE, value), { code: 'invalid', message });
    });
  }
});
