import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rolledStore } from '../../test/fixtures/rolled-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import type { Hit } from '../hit/hit.ts';
import type { Store } from '../store/store.ts';
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
}

interface Delivered extends Sent {
  readonly batch: bigint;
  readonly position: number;
}

/** The visits of hits, by plain loops. */
function visitsOf(hits: readonly Delivered[]): object[] {
  const sorted = hits.toSorted(
    (a, b) => a.time - b.time || Number(a.batch - b.batch) || a.position - b.position,
  );
  const visits: Delivered[][] = [];
  const last = new Map<string, Delivered[]>();
  for (const hit of sorted) {
    const key = `${hit.site} ${hit.visitor} ${hit.bot !== ''}`;
    const visit = last.get(key);
    if (visit && hit.time - visit.at(-1)!.time < 30 * MINUTE) {
      visit.push(hit);
    } else {
      const begun = [hit];
      last.set(key, begun);
      visits.push(begun);
    }
  }
  return visits
    .map((visit) => ({
      site: visit[0]!.site,
      start: visit[0]!.time,
      visitor: visit[0]!.visitor,
      finish: visit.at(-1)!.time,
      bot: visit[0]!.bot,
      entry_page: visit[0]!.path,
      exit_page: visit.findLast(({ name }) => name === 'pageview')?.path ?? '',
      source: visit[0]!.source,
      pageviews: visit.filter(({ name }) => name === 'pageview').length,
      events: visit.filter(({ name }) => name !== 'pageview').length,
      hits: visit.length,
    }))
    .sort(byKey);
}

type Key = { site: string; start: number; visitor: number; bot: string };

function byKey(a: Key, b: Key): number {
  return (
    a.start - b.start ||
    a.visitor - b.visitor ||
    (a.site < b.site ? -1 : a.site > b.site ? 1 : 0) ||
    (a.bot < b.bot ? -1 : 1)
  );
}

async function storedVisits(store: Store): Promise<object[]> {
  const rows = await store.rows<Record<string, string | number>>('visits_all', {});
  return rows
    .map(({ start, finish, visitor, ...rest }) => ({
      ...rest,
      start: Number(start),
      finish: Number(finish),
      visitor: Number(visitor),
    }))
    .sort((a, b) => byKey(a as unknown as Key, b as unknown as Key))
    .map((visit) => ({ ...visit }));
}

const sent = fc.record({
  site: fc.constantFrom('a.example', 'b.example'),
  visitor: fc.nat(2),
  // Minutes and their edges, so that silences of 30 minutes, a millisecond more and less, and equal times are common.
  time: fc
    .tuple(fc.nat(30), fc.constantFrom(-1, 0, 0, 0, 1))
    .map(([n, edge]) => START + n * 10 * MINUTE + edge),
  path: fc.constantFrom('/', '/a', '/b', '/c'),
  name: fc.constantFrom('pageview', 'pageview', 'signup'),
  source: fc.constantFrom('', 'google', 'x'),
  bot: fc.constantFrom('', '', '', 'Googlebot'),
});

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
        const delivered: Delivered[] = [];
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
