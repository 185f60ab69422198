import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import type { Goal } from '../query/engine/query.ts';
import type { StoredFunnel } from '../query/resources/funnel-reader.ts';

const SITE = 'a.com';
const GOALS: Goal[] = [{ site: SITE, name: 'buy', action: { kind: 'page', page: '/thanks' } }];
const FUNNELS: StoredFunnel[] = [
  { site: SITE, name: 'checkout', steps: [{ kind: 'page', page: '/cart' }, 'buy'], within: 'visit' },
];

describe('the library', () => {
  test('answers funnels, journeys and retention with just-tracked hits', {
    timeout: scaledTimeout(60_000),
  }, async (t) => {
    const db = await openTracker(t, { dataDir: temporaryFolder(t) });
    for (const [visitor, path] of [
      ['ann', '/cart'],
      ['ann', '/thanks'],
      ['bob', '/cart'],
    ] as const)
      await db.track({ visitor, site: SITE, path });
    const scope = { site: SITE, period: 'all' };

    const funnel = await db.funnel({ ...scope, funnel: 'checkout' }, GOALS, FUNNELS);
    assert.deepEqual([funnel.visitors, ...funnel.steps.map(({ visitors }) => visitors)], [2, 2, 1]);
    assert.equal(funnel.steps[1]!.conversion_rate, 0.5);
    const { after } = await db.journeys({ ...scope, page: '/cart', direction: 'after', steps: 1 });
    assert.deepEqual(after, [
      { pages: [null], visits: 1, visitors: 1 },
      { pages: ['/thanks'], visits: 1, visitors: 1 },
    ]);
    const filters = [['is', 'goal', ['buy']]];
    const { cohorts } = await db.retention(
      { ...scope, period: '24h', interval: 'month', filters },
      GOALS,
      'cookie',
    );
    assert.equal(cohorts.at(-1)!.visitors! + (cohorts.length > 1 ? cohorts[0]!.visitors! : 0), 1);
    const cookieless = await db.retention({ ...scope, interval: 'day' });
    assert.equal(cookieless.query.identity, 'cookieless');
    assert.match(cookieless.meta.notes![0]!.detail, /^Without cookies/);

    await assert.rejects(db.funnel({ ...scope, funnel: 'checkout' }), {
      code: 'invalid',
      message: 'a.com has no stored funnels: set steps instead',
    });
    await assert.rejects(db.journeys({ ...scope, pgae: '/' }), {
      code: 'invalid',
      message: /did you mean "page"/,
    });
    await assert.rejects(db.retention({ ...scope, interval: 'dya' }), { code: 'invalid', message: /"day"/ });
  });
});
