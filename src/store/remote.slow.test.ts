import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sinkContract } from '../../test/contracts/sink.ts';
import { ClickHouseFront } from '../../test/fixtures/clickhouse-front.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { storePlace } from '../../test/fixtures/sink-places.ts';
import { sites } from '../query/sites.ts';
import { stats } from '../query/stats.ts';
import { Rollups } from '../rollup/rollups.ts';
import { RowWriter } from '../rows/row.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import type { Segment } from '../spool/segment.ts';
import { Store } from './store.ts';

describe('a store on a ClickHouse server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'remote-store-'));
  let front: ClickHouseFront;
  let store: Store;

  before(async () => {
    front = await ClickHouseFront.start();
    store = await Store.open({ setting: front.url, folder });
  });

  after(async () => {
    await store.close();
    await front.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function segmentOf(id: bigint, paths: readonly string[], site = 'example.com'): Segment {
    const rows = new RowWriter();
    for (const path of paths) rows.write(hitOf({ path, site }));
    const bytes = rows.seal();
    const path = join(folder, `${id}.rows`);
    writeFileSync(path, bytes);
    return {
      ...{ id, sequence: 1, path, bytes: bytes.length, hits: paths.length },
      ...{ kind: 'live', layout: ROW_LAYOUT, records: [] },
    };
  }

  const all = {
    site: '',
    from: 0,
    to: Date.UTC(2030, 0),
    bots: 'include',
    status: [],
    classes: [],
    filters: [],
  } as const;

  it('accepts a segment as a request body, once', async () => {
    const segment = segmentOf(1n, ['/a', "/it's", '/b\\c', '/ü😀']);
    await store.deliver(segment);
    await store.deliver(segment);
    const [totals] = await store.rows<{ hits: string | number }>('totals', all);
    assert.equal(Number(totals?.hits), 4);
    assert.ok(front.statements.some((statement) => /^INSERT INTO hits \(/m.test(statement)));
    const top = await store.rows<{ value: string }>('top', { ...all, by: 'path', limit: 10 });
    assert.deepEqual(top.map(({ value }) => value).sort(), ['/a', "/it's", '/b\\c', '/ü😀'].sort());
  });

  it('is sent many parameters as a form, since proxies reject a long URL', async () => {
    const texts = Array.from({ length: 300 }, (_, at) => `${at} ${'ü 😀&='.repeat(25)}`);
    const parameters = Object.fromEntries(texts.map((text, at) => [`p${at}`, text]));
    const list = texts.map((_, at) => `{p${at}:String}`).join(', ');
    const text = `SELECT ([${list}] AS list) = {all:Array(String)} AS same, length(list) AS count`;
    const [row] = await store.rowsOf<Record<string, number>>(text, { ...parameters, all: texts });
    assert.deepEqual([Number(row?.same), Number(row?.count)], [1, 300]);
    assert.ok(front.longestUrl < 8192, `${front.longestUrl} characters`);
  });

  it('answers with the same SQL as the embedded one', async () => {
    const answer = await stats({ store }, all, { interval: 'month', timezone: 'UTC' });
    assert.equal(answer.totals.hits, 4);
    const month = answer.series.find(({ time }) => time === '2026-01-01T00:00:00Z');
    assert.deepEqual(month, { time: '2026-01-01T00:00:00Z', hits: 4, visitors: 1 });
  });

  it('remembers imported logs', async () => {
    const note = {
      root: 'r',
      parent: 'r',
      digest: 'd',
      bytes: 10,
      lines: 2,
      line_breaks: 2,
      failed: 0,
      site: 'a.com',
    };
    await store.deliver({ ...segmentOf(2n, ['/log']), records: [note] });
    const [piece] = await store.rows<{ digest: string }>('imports', { root: 'r' });
    assert.equal(piece?.digest, 'd');
  });

  it('includes another node’s hits in its answers at once', async () => {
    await using other = await Store.open({ setting: front.url, folder });
    await using rollups = new Rollups(store);
    await rollups.rollUp();
    assert.equal(await rollups.waiting(), 0);
    await other.deliver(segmentOf(BigInt(Date.now()) << 22n, ['/new', '/newer'], 'new.example'));
    const found = (await sites({ store })).find(({ site }) => site === 'new.example');
    assert.equal(found?.hits, 2);
  });

  it('refuses a segment whose file is missing, and continues', async () => {
    const gone = { ...segmentOf((5n << 22n) | 5n, ['/gone']), path: join(folder, 'gone.rows') };
    await assert.rejects(store.deliver(gone), { code: 'store_unavailable', message: /no such file/ });
    await store.deliver(segmentOf((5n << 22n) | 5n, ['/there']));
  });

  it('reports the error if the server is gone', async () => {
    await assert.rejects(Store.open({ setting: 'clickhouse://127.0.0.1:1/default', folder }), {
      code: 'store_unavailable',
    });
  });

  it('refuses a segment for its own sake, and accepts it when the cause is removed', async () => {
    await front.run("ALTER TABLE hits ADD CONSTRAINT no_poison CHECK path != '/poison'");
    const segment = segmentOf((1n << 22n) | 9n, ['/well', '/poison'], 'refused.example');
    await assert.rejects(store.deliver(segment), { code: 'batch_rejected', message: /no_poison/ });
    assert.deepEqual(await front.rows("SELECT path FROM hits WHERE site = 'refused.example'"), []);
    await front.run('ALTER TABLE hits DROP CONSTRAINT no_poison');
    await store.deliver(segment);
    assert.equal((await front.rows("SELECT path FROM hits WHERE site = 'refused.example'")).length, 2);
  });
});

sinkContract('a store on a ClickHouse server', async (folder) => {
  const front = await ClickHouseFront.start();
  const place = await storePlace(front.url, folder);
  return {
    ...place,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await front.close();
    },
  };
});
