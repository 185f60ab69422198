import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cookieOf } from './fixtures/any-server.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';

const server = await sharedServerHere();

describe('the plain counter', () => {
  const visit = (host: string, headers = {}) => server.send('/', { headers: { host, ...headers } });

  it('counts every client, and shows its counts', async () => {
    const first = await visit('plain.example', { 'user-agent': 'curl/8.5.0' });
    assert.equal(first.status, 200);
    assert.equal(first.text, '1 unique hits from total 1 hits\nYou are new here.\n');
    assert.match(first.headers['content-type'] ?? '', /^text\/plain/);
    assert.equal(first.headers['cache-control'], 'no-store');
    assert.equal(first.headers['x-hit-dropped'], undefined);
    const second = await visit('plain.example', { 'user-agent': 'curl/8.5.0' });
    assert.equal(second.text, '1 unique hits from total 2 hits\nYou were here before.\n');
  });

  it('sends a page to browsers', async () => {
    const { headers, text } = await visit('page.example', { accept: 'text/html,*/*' });
    assert.match(headers['content-type'] ?? '', /^text\/html/);
    assert.match(text, /^<!doctype html>/);
    assert.match(text, /1 unique hits from total 1 hits.*You are new here/s);
  });

  it('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const [cookie] = (await visit('cookie.example')).headers['set-cookie'] ?? [];
    assert.match(
      cookie ?? '',
      /^hit=[0-9a-f]{16}\.[0-9a-f]{16}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
    );
    const behindTls = await visit('cookie.example', { 'x-forwarded-proto': 'https' });
    assert.match(behindTls.headers['set-cookie']?.[0] ?? '', /; Secure$/);
  });

  it('recognizes a visitor by the cookie, even from another address', async () => {
    const cookie = cookieOf(await visit('known.example', { 'x-forwarded-for': '192.0.2.1' }));
    const again = await visit('known.example', { cookie, 'x-forwarded-for': '192.0.2.2' });
    assert.equal(again.text, '1 unique hits from total 2 hits\nYou were here before.\n');
    assert.equal(again.headers['set-cookie'], undefined);
  });

  it('ignores a forged cookie, and one of another site', async () => {
    const foreign = cookieOf(await visit('elsewhere.example'));
    await visit('forged.example');
    for (const cookie of ['hit=00112233445566aa.00112233445566aa', foreign, 'hit=', 'hit=x; hit=y']) {
      const { headers, text } = await visit('forged.example', { cookie });
      assert.match(text, /^1 unique hits/);
      assert.match(headers['set-cookie']?.[0] ?? '', /^hit=/);
    }
  });

  it('recognizes a visitor who deletes the cookie', async () => {
    const first = cookieOf(await visit('thrown.example'));
    const second = await visit('thrown.example');
    assert.equal(cookieOf(second), first);
    assert.match(second.text, /^1 unique hits from total 2 hits\nYou were here before/);
  });

  it('counts another address behind the proxy as another visitor, in both spellings of the header', async () => {
    await visit('proxy.example', { X_FORWARDED_FOR: '111' });
    await visit('proxy.example', { X_FORWARDED_FOR: '222' });
    const third = await visit('proxy.example', { 'x-forwarded-for': '222' });
    assert.match(third.text, /^2 unique hits from total 3 hits/);
  });

  it('does not count HEAD requests', async () => {
    const head = await server.send('/', { method: 'HEAD', headers: { host: 'head.example' } });
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['set-cookie'], undefined);
    assert.deepEqual(await server.total('head.example'), { hits: 0, visitors: 0 });
  });

  it('does not count a prefetch, and says so', async () => {
    const answer = await visit('prefetch.example', { 'sec-purpose': 'prefetch;prerender' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-hit-dropped'], 'prefetch');
    assert.equal(answer.text, 'A prefetch is not counted.\n');
    assert.deepEqual(await server.total('prefetch.example'), { hits: 0, visitors: 0 });
  });

  it('does not make browsers request an icon', async () => {
    const icon = await server.send('/favicon.ico', { headers: { host: 'icon.example' } });
    assert.equal(icon.status, 204);
    assert.deepEqual(await server.total('icon.example'), { hits: 0, visitors: 0 });
  });

  it('prints a line for each hit, and nothing else', () => {
    assert.match(server.stdout, /^(?:\d+ unique hits from total \d+ hits\n)+$/);
  });
});
