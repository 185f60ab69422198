import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { Assets } from './assets.ts';
import { sendAsset } from './send-asset.ts';

const SCRIPT = 'export const answer = 42;\n'.repeat(100);

function built(folder: string): Assets {
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'page', 'assets', 'a.js'), SCRIPT);
  writeFileSync(join(folder, 'secret.json'), '{}');
  return new Assets(join(folder, 'page'));
}

test('only files of the page are found, whatever path is requested', (t) => {
  const assets = built(temporaryFolder(t));
  assert.equal(assets.find('index.html')?.type, 'text/html; charset=utf-8');
  assert.equal(assets.find('assets/a.js')?.type, 'text/javascript; charset=utf-8');
  for (const name of [
    '../secret.json',
    'assets/../../secret.json',
    '/etc/passwd',
    'assets',
    '',
    '__proto__',
  ]) {
    assert.equal(assets.find(name), undefined, name);
  }
});

test('a page that is built later is served without a restart', (t) => {
  const folder = temporaryFolder(t);
  const assets = new Assets(join(folder, 'page'));
  assert.equal(assets.find('index.html'), undefined);
  built(folder);
  assert.ok(assets.find('index.html'));
});

test('files are compressed outside of the main thread, and only once', async (t) => {
  const folder = temporaryFolder(t);
  const large = randomBytes(1 << 20).toString('base64');
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'large.js'), large);
  const asset = new Assets(join(folder, 'page')).find('large.js')!;
  const bodies = [asset.body('br'), asset.body('br')];
  let turns = 0;
  const count = () => {
    turns++;
    if (turns < 10) setImmediate(count);
  };
  count();
  const [first, second] = await Promise.all(bodies);
  assert.equal(turns, 10, 'the main thread was busy');
  assert.equal(first, second);
  assert.equal(brotliDecompressSync(first!).toString(), large);
});

test('a file is sent in an encoding that the client accepts, and not again to a client that has it', async (t) => {
  const assets = built(temporaryFolder(t));
  const app = fastify();
  app.get('/', (request, reply) => sendAsset(request, reply, assets.find('assets/a.js')!, 'no-cache'));
  const get = (headers: Record<string, string>) => app.inject({ url: '/', headers });
  const cases: [string, string | undefined][] = [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0.0', undefined],
    ['xgzip, brx', undefined],
    ['', undefined],
  ];
  for (const [accepted, coding] of cases) {
    const answer = await get({ 'accept-encoding': accepted });
    assert.equal(answer.headers['content-encoding'], coding, accepted);
    const body = answer.rawPayload;
    const text = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
    assert.equal(text.toString(), SCRIPT);
    assert.equal(answer.headers.vary, 'accept-encoding');
  }
  const { etag } = (await get({})).headers;
  for (const known of [String(etag), `"other", W/${etag}`]) {
    const answer = await get({ 'if-none-match': known });
    assert.deepEqual([answer.statusCode, answer.body], [304, '']);
  }
  await app.close();
});
