/** The library, as programs use it. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import { DBTracker, HitError, RateTracker, SimpleTracker } from '../src/index.ts';

const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('the simple tracker', () => {
  it('counts named visitors, and reports which are new', () => {
    const simple = new SimpleTracker();
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: true, unique: 1, total: 1 });
    assert.deepEqual(simple.track({ visitor: 'ann' }), { isNew: false, unique: 1, total: 2 });
    assert.deepEqual(simple.track({ visitor: 'bob' }), { isNew: true, unique: 2, total: 3 });
  });

  it('distinguishes web requests by forwarded address and agent', () => {
    const simple = new SimpleTracker({ expectedVisitors: 1000, falseSeenRate: 0.001 });
    const request = (client: string, agent: string) =>
      new Request('https://example.com/', { headers: { 'x-forwarded-for': client, 'user-agent': agent } });
    simple.track(request('192.0.2.1', FIREFOX));
    simple.track(request('192.0.2.1', FIREFOX));
    simple.track(request('192.0.2.2', FIREFOX));
    assert.deepEqual(simple.track(request('192.0.2.2', SAFARI)), { isNew: true, unique: 3, total: 4 });
  });
});

describe('the rate tracker', () => {
  it('counts any window that ends now, by the clock that it is given', () => {
    let now = Date.UTC(2026, 0, 1);
    const rate = new RateTracker({ columns: 4096, ticksPerSecond: 10, now: () => now });
    rate.track({ visitor: 'ann' });
    now += 20_000;
    rate.track({ visitor: 'ann' });
    rate.track({ visitor: 'bob' });
    const { error, ...minute } = rate.rate({ seconds: 60 });
    assert.deepEqual(minute, { seconds: 60, hits: 3, visitors: 2, hitsPerSecond: 3 / 60 });
    assert.ok(error > 0.009 && error < 0.011);
    assert.equal(rate.rate({ seconds: 17 }).hits, 2);
    now += 3_600_000;
    assert.deepEqual(
      { ...rate.rate({ seconds: 60 }), error: 0 },
      {
        ...{ seconds: 60, hits: 0, visitors: 0, hitsPerSecond: 0, error: 0 },
      },
    );
  });
});

describe('the db tracker', () => {
  it('keeps hits across a restart, and answers queries for periods and rankings', async () => {
    const dataDir = join(folder, 'data');
    {
      await using db = await DBTracker.open({ dataDir });
      await db.track({ visitor: 'ann', site: 'example.com', path: '/a' });
      await Promise.all(
        ['ann', 'bob'].map((visitor) => db.track({ visitor, site: 'example.com', path: '/b' })),
      );
      await db.track(
        new Request('https://example.org/c?utm_source=letter', { headers: { 'user-agent': FIREFOX } }),
      );
    }
    await using db = await DBTracker.open({ dataDir });
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const { totals, series, interval } = await db.stats({ site: 'example.com', from, to, interval: 'hour' });
    assert.deepEqual(totals, { hits: 3, visitors: 2 });
    assert.equal(interval, 'hour');
    assert.equal(
      series.reduce((sum, { hits }) => sum + hits!, 0),
      3,
    );
    assert.deepEqual(await db.top({ site: 'example.com', from, to, by: 'path' }), {
      ...{ by: 'path', from, to },
      rows: [
        { value: '/b', hits: 2, visitors: 2 },
        { value: '/a', hits: 1, visitors: 1 },
      ],
    });
    assert.deepEqual((await db.top({ by: 'source' })).rows, [
      { value: 'Direct', hits: 3, visitors: 2 },
      { value: 'letter', hits: 1, visitors: 1 },
    ]);
    assert.deepEqual(
      (await db.sites()).map(({ site }) => site),
      ['example.com', 'example.org'],
    );
  });

  it('locks its folder until it is closed', async () => {
    const dataDir = join(folder, 'data');
    const db = await DBTracker.open({ dataDir });
    await assert.rejects(DBTracker.open({ dataDir }), { name: 'HitError', code: 'data_dir_locked' });
    await db.close();
    await (await DBTracker.open({ dataDir })).close();
  });

  it('reports an invalid query or hit with a code', async () => {
    await using db = await DBTracker.open({ dataDir: join(folder, 'data') });
    await assert.rejects(db.stats({ interval: 'fortnight' }), { code: 'invalid' });
    await assert.rejects(db.top({ by: 'colour' }), { code: 'invalid' });
    const fault = await db.track({ visitor: 'ann', site: 'no host' }).catch((error: unknown) => error);
    assert.ok(fault instanceof HitError);
    assert.equal(fault.code, 'invalid');
  });
});

describe('all three in a server of Node', () => {
  it('count each request, and recognize its visitor', async () => {
    const simple = new SimpleTracker();
    const rate = new RateTracker();
    await using db = await DBTracker.open({ dataDir: join(folder, 'data') });
    const server = createServer(async (request, response) => {
      const { unique, total } = simple.track(request);
      rate.track(request);
      await db.track(request);
      const { visitors } = rate.rate({ seconds: 300 });
      response.end(`${unique} unique hits from total ${total} hits; ${visitors} visitors in 5 minutes`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const visit = async (client: string) =>
      (
        await fetch(`http://127.0.0.1:${port}/page`, {
          headers: { 'user-agent': FIREFOX, 'x-forwarded-for': client },
        })
      ).text();
    assert.equal(await visit('192.0.2.1'), '1 unique hits from total 1 hits; 1 visitors in 5 minutes');
    assert.equal(await visit('192.0.2.1'), '1 unique hits from total 2 hits; 1 visitors in 5 minutes');
    assert.equal(await visit('192.0.2.2'), '2 unique hits from total 3 hits; 2 visitors in 5 minutes');
    server.close();
    server.closeAllConnections();
    assert.deepEqual((await db.stats({ site: '127.0.0.1' })).totals, { hits: 3, visitors: 2 });
  });
});

describe('a tracker in a router of Express', () => {
  it('counts the full path', async () => {
    await using db = await DBTracker.open({ dataDir: join(folder, 'data') });
    const blog = express.Router();
    blog.use(async (request, response) => {
      await db.track(request);
      response.end();
    });
    const server = express().use('/blog', blog).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}/blog/post?utm_source=letter`, {
      headers: { 'user-agent': FIREFOX },
    });
    server.close();
    server.closeAllConnections();
    const { rows } = await db.top({ by: 'path' });
    assert.ok(
      rows.some(({ value }) => value === '/blog/post'),
      JSON.stringify(rows),
    );
  });
});
