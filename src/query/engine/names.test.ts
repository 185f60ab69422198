import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolledStore } from '../../../test/fixtures/rolled-store.ts';
import type { Hit } from '../../hit/hit.ts';
import { answerQuery } from './answer.ts';
import type { Query } from './query.ts';

const TIME = Date.UTC(2026, 9, 31, 23);
const ORIGINS = [
  ['a.example', { clickId: 'gclid' }, 'Google', 'Paid Search'],
  // Used by two services, so it is its own name.
  ['b.example', { clickId: 'yclid' }, 'yclid', 'Paid Search'],
  ['c.example', { clickId: 'fbclid', source: '(direct)' }, 'Facebook', 'Organic Social'],
  ['d.example', { clickId: 'gclid', source: 'partner.example' }, 'partner.example', 'Paid Search'],
  ['e.example', { clickId: 'gone' }, 'Direct', 'Direct'],
  ['f.example', {}, 'Direct', 'Direct'],
] as const satisfies readonly (readonly [string, Partial<Hit>, string, string])[];
const QUERY: Omit<Query, 'sites'> = {
  ...{ from: TIME, to: TIME + 1, timezone: 'UTC', bots: 'exclude', goals: [], goal: undefined },
  ...{ filters: [], metrics: ['visits'], dimensions: ['source', 'channel'] },
};
const OPTIONS = { limit: 10, offset: 0, totals: false, compared: undefined, orderBy: undefined };

test('a visit is named by its click ID, unless it has a better source', async (t) => {
  const { store, rollups, deliver } = await (await rolledStore(t))(t);
  await deliver(
    1n << 22n,
    ORIGINS.map(([site, origin]) => ({ ...origin, site, time: TIME })),
  );
  await rollups.visits.catchUp();
  // One site at a time, so that no other visit has names.
  for (const [site, origin, source, channel] of ORIGINS) {
    const { results } = await answerQuery({ store }, { ...QUERY, sites: [site] }, OPTIONS, () => []);
    assert.deepEqual(results, [{ dimensions: [source, channel], metrics: [1] }], JSON.stringify(origin));
  }
});
