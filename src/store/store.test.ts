import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Clients } from '../clickhouse/clients.ts';
import { QUERY_LIMITS, Store } from './store.ts';

const options = { timeout: 60_000 };
const ALL = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [] } as const;

function open(folder: string): Promise<Store> {
  return Store.open({ setting: 'embedded', folder: join(folder, 'store') });
}

async function hitsIn(store: Store): Promise<number> {
  const [totals] = await store.rows<{ hits: string }>('totals', ALL);
  return Number(totals?.hits);
}

async function paths(store: Store): Promise<string[]> {
  const rows = await store.rows<{ value: string }>('top', { ...ALL, by: 'path', limit: 1000 });
  return rows.map(({ value }) => value).sort();
}

/** One hit a month, the last of them in January 2026. */
function monthly(count: number): { time: number }[] {
  return Array.from({ length: count }, (_, month) => ({ time: Date.UTC(2026, -month, 2) }));
}

describe('a segment', () => {
  test('counts once, however often it is delivered', options, async (t) => {
    const folder = temporaryFolder(t);
    await using first = await open(folder);
    const segment = segmentOf(folder, 1n, [{ path: '/a' }, { path: '/b' }, { path: '/a' }]);
    await first.deliver(segment);
    await first.deliver(segment);
    assert.equal(await hitsIn(first), 3);
    await first.close();
    await using second = await open(folder);
    await second.deliver(segment);
    assert.equal(await hitsIn(second), 3);
  });

  test('is distinct from one with the same hits', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    for (const id of [1n, 2n, 2n ** 64n - 1n]) await store.deliver(segmentOf(folder, id, [{ path: '/a' }]));
    assert.equal(await hitsIn(store), 3);
  });

  test('of 110 months counts once, even if another came in between', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const segment = segmentOf(folder, 1n, monthly(110));
    await store.deliver(segment);
    await store.deliver(segmentOf(folder, 2n, monthly(20)));
    await store.deliver(segment);
    assert.equal(await hitsIn(store), 110 + 20);
  });

  test('that a crash interrupted is completed, month by month', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const whole = [...monthly(12), ...monthly(12)];
    // The engine makes one part of each month, and may die between two of them.
    const cut = whole.filter(({ time }) => time >= Date.UTC(2025, 7));
    await store.deliver(segmentOf(folder, 1n, cut));
    assert.equal(await hitsIn(store), cut.length);
    await store.deliver(segmentOf(folder, 1n, whole));
    assert.equal(await hitsIn(store), whole.length);
  });

  test('is one part per month, which exists as a whole or not at all', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const time = Date.UTC(2026, 0, 31, 23, 59);
    const hits = Array.from({ length: 200_000 }, (_, i) => ({ time: time + i, visitorLow: i }));
    await store.deliver(segmentOf(folder, 1n, hits));
    const clients = Clients.embedded(join(folder, 'store'));
    const query = "SELECT partition, rows FROM system.parts WHERE table = 'hits' ORDER BY partition";
    const result = await clients.writer.query({ query, format: 'JSONCompactEachRow' });
    const parts = await result.json();
    await clients.close();
    assert.deepEqual(parts, [
      ['202601', 60_000],
      ['202602', 140_000],
    ]);
  });

  test('without rows is delivered, and its note is kept', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    const note = {
      root: 'r',
      parent: 'p',
      digest: 'd',
      bytes: 9,
      lines: 3,
      line_breaks: 3,
      failed: 3,
      site: 's',
    };
    const segment = { ...segmentOf(folder, 1n, []), path, bytes: 0, notes: [note] };
    await store.deliver(segment);
    await store.deliver(segment);
    const known = await store.rows<{ digest: string; lines: number }>('imports', { root: 'r' });
    assert.deepEqual(
      known.map(({ digest, lines }) => [digest, lines]),
      [['d', 3]],
    );
    assert.equal(await hitsIn(store), 0);
  });

  test('that is missing or invalid is an error, and the store continues', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const segment = segmentOf(folder, 1n, [{}]);
    const torn = join(folder, 'torn');
    writeFileSync(torn, Buffer.from([11, 101, 120]));
    for (const path of [join(folder, 'nothing'), torn]) {
      await assert.rejects(store.deliver({ ...segment, path }), { code: 'store_unavailable' });
    }
    await assert.rejects(store.deliver({ ...segment, layout: 999 }), { code: 'data_dir_newer' });
    await store.deliver(segment);
    assert.equal(await hitsIn(store), 1);
  });
});

describe('strings', () => {
  test('read back as they were written', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
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
    assert.deepEqual(await paths(store), texts.toSorted());
  });

  test('of any characters may be in the path of the data folder', options, async (t) => {
    // Several at a time, since opening a store takes a while: special characters of SQL, patterns, replacements.
    for (const name of ["it's ünï 👋", 'back\\slash $$&$1', '{a,b} st*r?', '{1..3}', '[x]^.+|( a::{b} "']) {
      const folder = join(temporaryFolder(t), name);
      mkdirSync(folder);
      await using store = await open(folder);
      await store.deliver(segmentOf(folder, 1n, [{}, {}]));
      assert.equal(await hitsIn(store), 2, name);
    }
  });

  test('in a query are not SQL', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
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
      { seed: 3, numRuns: 60, examples: [['\uFEFF'], ['NULL'], ['\\N']] },
    );
    assert.equal(await hitsIn(store), 2);
  });
});

describe('reads', () => {
  test('that take too long are cancelled, and the store continues', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    const hits = Array.from({ length: 100_000 }, (_, i) => ({ path: `/${i}`, visitorLow: i }));
    await store.deliver(segmentOf(folder, 1n, hits));
    const tight = { ...QUERY_LIMITS, max_memory_usage: 1_000_000 };
    for (let i = 0; i < 3; i++) {
      await assert.rejects(store.rows('totals', ALL, tight), { code: 'query_timeout', status: 504 });
    }
    const quick = { ...QUERY_LIMITS, max_execution_time: 0.000001 };
    await assert.rejects(store.bytes('live_visitors', { slice: 0, slices: 1 }, quick), {
      code: 'query_timeout',
    });
    assert.equal(await hitsIn(store), 100_000);
  });

  test('run concurrently with batches and each other', options, async (t) => {
    const folder = temporaryFolder(t);
    await using store = await open(folder);
    let delivered = 0;
    const batches = (async () => {
      for (let id = 1n; id <= 30n; id++) {
        const hits = Array.from({ length: 100 }, (_, i) => ({ time: Date.UTC(2026, 0) + i }));
        await store.deliver(segmentOf(folder, id, hits));
        delivered += 100;
      }
    })();
    const readers = Array.from({ length: 8 }, async () => {
      for (let last = 0, i = 0; i < 15; i++) {
        const least = delivered;
        const hits = await hitsIn(store);
        assert.ok(hits >= least && hits >= last, `${hits} hits after ${Math.max(least, last)}`);
        last = hits;
      }
    });
    await Promise.all([batches, ...readers]);
    assert.equal(await hitsIn(store), 3000);
  });

  test('are refused if too many wait', options, async (t) => {
    await using store = await open(temporaryFolder(t));
    const answers = await Promise.allSettled(Array.from({ length: 200 }, () => hitsIn(store)));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    assert.ok(refused.length > 0 && refused.length < 100);
    for (const error of refused) assert.equal(error.code, 'overloaded');
    assert.equal(await hitsIn(store), 0);
  });
});

test('a hit is stored with all its fields', options, async (t) => {
  const folder = temporaryFolder(t);
  await using store = await open(folder);
  const hit = hitOf({
    source: 'news',
    referrer: 'https://news.org/a',
    utmSource: 'news',
    utmMedium: 'mail',
    utmCampaign: 'may',
  });
  await store.deliver(segmentOf(folder, 1n, [hit]));
  const values = {
    ...{ path: '/', referrer: 'https://news.org/a', source: 'news', country: 'DE', browser: 'Firefox' },
    ...{ os: 'Linux', device: 'desktop', language: 'de', name: 'pageview' },
    ...{ utm_source: 'news', utm_medium: 'mail', utm_campaign: 'may' },
  };
  for (const [by, value] of Object.entries(values)) {
    const rows = await store.rows<{ value: string }>('top', { ...ALL, by, limit: 10 });
    assert.deepEqual(
      rows.map((row) => row.value),
      [value],
    );
  }
});
