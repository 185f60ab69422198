import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { streamed } from '../../test/fixtures/differential/deliveries.ts';
import { emptyStore, openClients, openStore } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import type { Store } from './store.ts';

const options = { timeout: scaledTimeout(60_000) };
const ALL = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [], classes: [] } as const;

const folder = temporaryFolder(file);
const store = await openStore(file, folder);
beforeEach(() => emptyStore(store));

async function hits(from: Store = store): Promise<number> {
  const [totals] = await from.rows<{ hits: string }>('totals', ALL);
  return Number(totals?.hits);
}

/** One hit a month, the last of them in January 2026. */
function monthly(count: number): { time: number }[] {
  return Array.from({ length: count }, (_, month) => ({ time: Date.UTC(2026, -month, 2) }));
}

describe('a segment', () => {
  test('counts once, however often it is delivered', options, async (t) => {
    const segment = segmentOf(folder, 1n, [{ path: '/a' }, { path: '/b' }, { path: '/a' }]);
    await store.deliver(segment);
    await store.deliver(segment);
    assert.equal(await hits(), 3);
    const again = await openStore(t, folder);
    await again.deliver(segment);
    assert.equal(await hits(again), 3);
  });

  test('is distinct from one with the same hits', options, async () => {
    for (const id of [1n, 2n, 2n ** 64n - 1n]) await store.deliver(segmentOf(folder, id, [{ path: '/a' }]));
    assert.equal(await hits(), 3);
  });

  test('of 110 months counts once, even if another came in between', options, async () => {
    const segment = segmentOf(folder, 1n, monthly(110));
    await store.deliver(segment);
    await store.deliver(segmentOf(folder, 2n, monthly(20)));
    await store.deliver(segment);
    assert.equal(await hits(), 110 + 20);
  });

  test('that a crash interrupted is completed, month by month', options, async () => {
    const whole = [...monthly(12), ...monthly(12)];
    // The engine makes one part of each month, and may die between two of them.
    const cut = whole.filter(({ time }) => time >= Date.UTC(2025, 7));
    await store.deliver(segmentOf(folder, 1n, cut));
    assert.equal(await hits(), cut.length);
    await store.deliver(segmentOf(folder, 1n, whole));
    assert.equal(await hits(), whole.length);
  });

  test('is one part per month, which exists as a whole or not at all', options, async (t) => {
    const time = Date.UTC(2026, 0, 31, 23, 59);
    const sent = Array.from({ length: 200_000 }, (_, i) => ({ time: time + i, visitorLow: i }));
    await store.deliver(segmentOf(folder, 1n, sent));
    const clients = openClients(t, join(folder, 'store'));
    const query =
      "SELECT partition, rows FROM system.parts WHERE active AND table = 'hits' ORDER BY partition";
    const result = await clients.writer.query({ query, format: 'JSONCompactEachRow' });
    const parts = await result.json();
    assert.deepEqual(parts, [
      ['202601', 60_000],
      ['202602', 140_000],
    ]);
  });

  test('without rows is delivered, and its note is kept', options, async () => {
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
    const segment = { ...segmentOf(folder, 1n, []), path, bytes: 0, records: [note] };
    await store.deliver(segment);
    await store.deliver(segment);
    const known = await store.rows<{ digest: string; lines: number }>('imports', { root: 'r' });
    assert.deepEqual(
      known.map(({ digest, lines }) => [digest, lines]),
      [['d', 3]],
    );
    assert.equal(await hits(), 0);
  });

  test('brings all columns of a hit, and those that layout 1 lacks get their defaults', options, async () => {
    const known = {
      ...{
        hostname: 'www.example.com',
        utmTerm: 'shoes',
        utmContent: 'blue',
        clickId: 'gclid',
        region: 'US-CA',
      },
      ...{ city: 'Zürich', browserVersion: '133', osVersion: '10.15', screen: 'Laptop', currency: 'EUR' },
      ...{ value: `-${'9'.repeat(30)}.00000001`, interactive: false, engaged: 2 ** 32 - 1, scroll: 100 },
      ...{ bytes: 2 ** 53 - 1, responseTime: 2 ** 31 - 1 },
    };
    await store.deliver(segmentOf(folder, 1n, [{ path: '/new', ...known }]));
    const path = join(folder, 'old.rows');
    const bytes = writtenGroup([hitOf({ path: '/old', ...known })], 1);
    writeFileSync(path, bytes);
    const segment = { ...segmentOf(folder, 2n, []), path, bytes: bytes.length, hits: 1 };
    await store.deliver({ ...segment, layout: 1 });
    await using connection = store.dedicatedConnection();
    const columns = [
      ...['path', 'hostname', 'utm_term', 'utm_content', 'click_id', 'region', 'city', 'browser_version'],
      ...['os_version', 'screen', 'toString(value) AS worth', 'currency', 'interactive', 'engaged', 'scroll'],
      ...['toString(bytes) AS size', 'response_time'],
    ];
    const rows = await connection.rows(`SELECT ${columns.join(', ')} FROM hits ORDER BY path`);
    const texts = { hostname: '', utm_term: '', utm_content: '', click_id: '', region: '', city: '' };
    assert.deepEqual(rows, [
      {
        ...{ path: '/new', hostname: 'www.example.com', utm_term: 'shoes', utm_content: 'blue' },
        ...{
          click_id: 'gclid',
          region: 'US-CA',
          city: 'Zürich',
          browser_version: '133',
          os_version: '10.15',
        },
        ...{ screen: 'Laptop', worth: known.value, currency: 'EUR', interactive: 0 },
        ...{ engaged: 2 ** 32 - 1, scroll: 100 },
        ...{ size: String(2 ** 53 - 1), response_time: 2 ** 31 - 1 },
      },
      {
        ...{ path: '/old', ...texts, browser_version: '', os_version: '', screen: '', worth: '0' },
        ...{ currency: '', interactive: 1, engaged: 0, scroll: -1, size: '-1', response_time: -1 },
      },
    ]);
  });

  test('that is missing or invalid is an error, and the store continues', options, async () => {
    const segment = segmentOf(folder, 1n, [{}]);
    const torn = join(folder, 'torn');
    writeFileSync(torn, Buffer.from([11, 101, 120]));
    for (const path of [join(folder, 'nothing'), torn]) {
      await assert.rejects(store.deliver({ ...segment, path }), { code: 'store_unavailable' });
    }
    await assert.rejects(store.deliver({ ...segment, layout: 999 }), { code: 'data_dir_newer' });
    await store.deliver(segment);
    assert.equal(await hits(), 1);
  });
});

test('a hit is stored with all its fields', options, async () => {
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

describe('the position of a hit', () => {
  const hit = (path: string, site: string) => hitOf({ path, site, time: Date.UTC(2026, 10, 1) });
  const positions = async () => {
    await using connection = store.dedicatedConnection();
    const rows = await connection.rows<{ text: string }>(
      "SELECT concat(path, ' ', toString(position)) AS text FROM hits ORDER BY text",
    );
    return rows.map(({ text }) => text);
  };

  test('is the same if only some hits of its batch are restored', options, async (t) => {
    const sites = ['a.example', 'b.example', 'b.example', 'a.example', 'a.example'];
    const segment = segmentOf(
      folder,
      5n,
      sites.map((site, i) => hit(`/${i}`, site)),
    );
    await store.deliver(segment);
    const before = await positions();
    assert.deepEqual(before, ['/0 1', '/1 2', '/2 3', '/3 4', '/4 5']);
    const { writer } = openClients(t, join(folder, 'store'));
    const purge = (site: string) =>
      writer.command({ query: `ALTER TABLE hits DELETE WHERE site = '${site}' SETTINGS mutations_sync = 1` });
    for (const site of ['a.example', 'b.example']) {
      await purge(site);
      await store.restore(5n, segment, sites.length);
      assert.deepEqual(await positions(), before);
    }
  });

  test('counts from 1 in each of several batches', options, async () => {
    const batches = [[0, 1], [2], [3, 4, 5]].map((numbers) =>
      numbers.map((number) => hit(`/${number}`, 'a.example')),
    );
    const expected = ['/0 1', '/1 2', '/2 1', '/3 1', '/4 2', '/5 3'];
    await streamed(join(folder, 'stream'), 1000, batches.slice(0, 2))(store);
    await streamed(join(folder, 'stream'), 1000, batches)(store);
    assert.deepEqual(await positions(), expected);
  });
});
