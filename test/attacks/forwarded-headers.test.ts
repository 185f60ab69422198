/** A client cannot make itself many visitors by headers that no proxy sets. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const server = await ServerHere.start(
  file,
  temporaryFolder(file),
  ...['--tracker', 'simple,rate', '--rate-limit', 'off'],
);

test('X_FORWARDED_FOR names nobody, except on the plain counter', async () => {
  for (let i = 0; i < 50; i++) {
    const headers = { X_FORWARDED_FOR: `203.0.113.${i}` };
    await server.send('/hit.gif?site=pixel.example&path=/', { headers });
    await server.post('/hit', { site: 'beacon.example', path: '/' }, headers);
    await server.send('/', { headers: { ...headers, host: 'counter.example' } });
    await server.send('/', {
      headers: { ...headers, host: 'proxied.example', 'x-forwarded-for': '198.51.100.1' },
    });
  }
  const visitors = [];
  for (const site of ['pixel', 'beacon', 'counter', 'proxied'])
    visitors.push((await server.total(`${site}.example`)).visitors);
  assert.deepEqual(visitors, [1, 1, 50, 1]);
});

test('the left part of X-Forwarded-For, which a client can write, names nobody', async () => {
  for (let i = 0; i < 300; i++)
    await server.send('/hit.gif?site=left.example&path=/', {
      headers: { 'x-forwarded-for': `203.0.${i >> 7}.${i & 127}, 198.51.100.1` },
    });
  assert.deepEqual(await server.total('left.example'), { hits: 300, visitors: 1 });
});

test('with --client-header, X-Forwarded-For names nobody, in neither spelling', async (t) => {
  const flags = ['--client-header', 'cloudflare', '--tracker', 'simple,rate', '--rate-limit', 'off'];
  const behind = await ServerHere.start(t, temporaryFolder(t), ...flags);
  for (let i = 0; i < 20; i++) {
    const headers = { 'x-forwarded-for': `203.0.113.${i}`, 'cf-connecting-ip': '198.51.100.1' };
    await behind.send('/hit.gif?site=a.example&path=/', { headers });
    await behind.send('/hit.gif?site=b.example&path=/', {
      headers: { 'cf-connecting-ip': `203.0.113.${i}` },
    });
    await behind.send('/', { headers: { X_FORWARDED_FOR: `203.0.113.${i}`, host: 'c.example' } });
  }
  const visitors = [];
  for (const site of ['a', 'b', 'c']) visitors.push((await behind.total(`${site}.example`)).visitors);
  assert.deepEqual(visitors, [1, 20, 1]);
});
