/** Queries of the store: their values, their limits, and what runs beside them. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { emptyStore, openStore } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { QUERY_LIMITS } from './query-limits.ts';

const options = { timeout: scaledTimeout(60_000) };
const ALL = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [], classes: [] } as const;

const folder = temporaryFolder(file);
const store = await openStore(file, folder);
beforeEach(() => emptyStore(store));

async function hits(): Promise<number> {
  const [totals] = await store.rows<{ hits: string }>('totals', ALL);
  return Number(totals?.hits);
}

async function paths(): Promise<string[]> {
  const rows = await store.rows<{ value: string }>('top', { ...ALL, by: 'path', limit: 1000 });
  return rows.map(({ value }) => value).sort();
}

describe('strings', () => {
  test('read back as they were written', options, async () => {
    const texts = [
      "/it's",
      '/"quoted"',
      '/back\\slash',
      '/ünïcödé',
      '/日本語',
      '/👩‍👩‍👧',
      '/tab\there',
      '/{a,b}$1$&',
      "/'; DROP TABLE hits; --",
    ];
    await store.deliver(
      segmentOf(
        folder,
        1n,
        texts.map((path) => ({ path, site: 'a.com' })),
      ),
    );
    assert.deepEqual(await paths(), texts.toSorted());
  });

  test('in a query are not SQL', options, async () => {
    await store.deliver(segmentOf(folder, 1n, [{ site: 'a.com' }, { site: 'b.com' }]));
    const hostile = fc.oneof(
      fc.constantFrom(
        "' OR 1=1 --",
        "\\' OR 1=1 --",
        "a.com'; DROP TABLE hits; --",
        '{site:String}',
        '\0',
        '\n',
        '\t\\N',
        '\\',
        "'",
        '`',
        '"); SELECT 1',
      ),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.stringMatching(/^['"`\\;\-/*\n\t\0NOR=1 ]+$/),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const [totals] = await store.rows<{ hits: string }>('totals', { ...ALL, site: text });
        assert.equal(Number(totals?.hits), 0);
        assert.deepEqual(await store.rows('imports', { root: text }), []);
      }),
      { seed: 3, numRuns: rounds(60, 6, 60), examples: [['\uFEFF'], ['NULL'], ['\\N']] },
    );
    assert.equal(await hits(), 2);
  });
});

describe('reads', () => {
  test('that take too long are cancelled, and the store continues', options, async () => {
    const sent = Array.from({ length: 100_000 }, (_, i) => ({ path: `/${i}`, visitorLow: i }));
    await store.deliver(segmentOf(folder, 1n, sent));
    const tight = { ...QUERY_LIMITS, max_memory_usage: 1_000_000 };
    for (let i = 0; i < 3; i++) {
      await assert.rejects(store.rows('totals', ALL, tight), { code: 'query_timeout', status: 504 });
    }
    const quick = { ...QUERY_LIMITS, max_execution_time: 0.000001 };
    await assert.rejects(store.bytes('live_visitors', { slice: 0, slices: 1 }, quick), {
      code: 'query_timeout',
    });
    assert.equal(await hits(), 100_000);
  });

  test('run concurrently with batches and each other', options, async () => {
    let delivered = 0;
    const count = rounds(30, 12, 30);
    const batches = (async () => {
      for (let id = 1n; id <= count; id++) {
        const sent = Array.from({ length: 100 }, (_, i) => ({ time: Date.UTC(2026, 0) + i }));
        await store.deliver(segmentOf(folder, id, sent));
        delivered += 100;
      }
    })();
    const asked = rounds(15, 8, 15);
    const readers = Array.from({ length: rounds(8, 4, 8) }, async () => {
      for (let last = 0, i = 0; i < asked; i++) {
        const least = delivered;
        const found = await hits();
        assert.ok(found >= least && found >= last, `${found} hits after ${Math.max(least, last)}`);
        last = found;
      }
    });
    await Promise.all([batches, ...readers]);
    assert.equal(await hits(), 100 * count);
  });

  test('are refused if too many wait', options, async () => {
    const answers = await Promise.allSettled(Array.from({ length: 200 }, () => hits()));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    assert.ok(refused.length > 0 && refused.length < 100);
    for (const error of refused) assert.equal(error.code, 'overloaded');
    assert.equal(await hits(), 0);
  });
});
