import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { storedVisits, type VisitHit, visitsOf } from '../../test/fixtures/visit-recount.ts';
import type { Hit } from '../hit/hit.ts';
import { Visits } from './visits.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 31, 23);

/** A hit as it is sent: what matters to visits. */
interface Sent {
  readonly site: string;
  readonly visitor: number;
  readonly time: number;
  readonly path: string;
  readonly name: string;
  readonly source: string;
  readonly bot: string;
  readonly engaged: number;
  readonly scroll: number;
}

/** Also events that a version without engagement signals stored with their name: they tell neither time nor depth. */
const kinds = fc.constantFrom(
  ...['pageview', 'pageview', 'pageview', 'signup', 'engagement'].map((name) => ({
    ...{ name, engaged: 0, scroll: -1 },
  })),
  { name: 'engagement', engaged: 5000, scroll: -1 },
  { name: 'engagement', engaged: 0, scroll: 0 },
);

const sent = fc
  .record({
    site: fc.constantFrom('a.example', 'b.example'),
    visitor: fc.nat(2),
    // Minutes and their edges, so that silences of 30 minutes, a millisecond more and less, and equal times are common.
    time: fc
      .tuple(fc.nat(30), fc.constantFrom(-1, 0, 0, 0, 1))
      .map(([n, edge]) => START + n * 10 * MINUTE + edge),
    path: fc.constantFrom('/', '/a', '/b', '/c'),
    kind: kinds,
    source: fc.constantFrom('', 'google', 'x'),
    bot: fc.constantFrom('', '', '', 'Googlebot'),
  })
  .map(({ kind, ...hit }): Sent => ({ ...hit, ...kind }));

const batches = fc.array(
  fc.record({
    writer: fc.integer({ min: 1, max: 2 }),
    hits: fc.array(sent, { minLength: 1, maxLength: 6 }),
    /** Whether the visits catch up after it. */
    catchesUp: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('visits', () => {
  test('are those of a plain recount, in whatever order and batches hits come', async (t) => {
    const { store, command, deliver } = await (await rolledStore(t))(t);
    let time = START;
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 8 }), async (deliveries, mostHits) => {
        for (const table of ['hits', 'visits', 'batches']) await command(`TRUNCATE TABLE ${table}`);
        store.ledger.reset();
        const visits = new Visits(store, mostHits);
        const delivered: VisitHit[] = [];
        for (const { writer, hits, catchesUp } of deliveries) {
          const batch = (BigInt(++time) << 22n) | BigInt(writer);
          await deliver(batch, hits.map(asHit));
          delivered.push(...hits.map((hit, position) => ({ ...hit, batch, position })));
          if (catchesUp) await visits.catchUp();
        }
        await visits.catchUp();
        assert.deepEqual(await storedVisits(store), visitsOf(delivered));
      }),
      { seed: 7, numRuns: rounds(2000, 20), endOnFailure: true },
    );
  });
});

function asHit({ visitor, ...hit }: Sent): Partial<Hit> {
  return hitOf({ ...hit, visitorHigh: 0, visitorLow: visitor });
}
