/** Badges and counters of public sites, which need no token. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertProblem, BEARER } from './fixtures/any-server.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';

const SITE = 'badge.example';
const server = await sharedServerHere();

function makePublic(site: string, isPublic: boolean) {
  return server.send(`/api/v1/sites/${site}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...BEARER },
    body: JSON.stringify({ public: isPublic }),
  });
}

before(async () => {
  for (const path of ['/', '/', '/blog/a%20b', '/x*y']) {
    await server.send(`/hit.gif?site=${SITE}&path=${path}`);
  }
  await server.send('/hit.gif?site=private.example');
  assert.equal((await makePublic(SITE, true)).status, 200);
});

test('a counter has the numbers of a site, of a page, and of a period', async () => {
  const read = async (path: string) => JSON.parse((await server.send(`/counter/${SITE}/${path}`)).text);
  assert.deepEqual(await read('total.json'), { site: SITE, path: 'total', hits: 4, visitors: 1 });
  assert.deepEqual(await read('.json'), { site: SITE, path: '/', hits: 2, visitors: 1 });
  assert.deepEqual(await read('blog/a%20b.json?period=today'), {
    site: SITE,
    path: '/blog/a b',
    hits: 1,
    visitors: 1,
  });
  assert.equal((await read('x*y.json')).hits, 1);
  assert.equal((await read('nothing.json')).hits, 0);
});

test('a badge has label, theme and number, and may be cached for a minute', async () => {
  const badge = await server.send(`/badge/${SITE}/total.svg?label=%3Cb%3E&theme=dark`);
  assert.equal(badge.status, 200);
  assert.match(badge.headers['content-type'] ?? '', /^image\/svg\+xml/);
  assert.equal(badge.headers['cache-control'], 'public, max-age=60');
  assert.match(badge.headers['content-security-policy'] as string, /sandbox/);
  assert.match(badge.text, /<title>&#60;b&#62;: 4<\/title>/);
  const again = await server.send(`/badge/${SITE}/total.svg?label=%3Cb%3E&theme=dark`, {
    headers: { 'if-none-match': badge.headers.etag! },
  });
  assert.equal(again.status, 304);
});

test('a site that is not public looks unknown, even if it was public before', async () => {
  const answers = [];
  for (const site of ['private.example', 'unknown.example', '..', `${'x'.repeat(60)}.`.repeat(4)]) {
    answers.push(assertProblem(await server.send(`/badge/${site}/total.svg`), 404, 'not_found').detail);
  }
  assert.equal(answers[0], answers[1]);
  await makePublic('later.example', true);
  assert.equal((await server.send('/badge/later.example/total.svg')).status, 200);
  await makePublic('later.example', false);
  assertProblem(await server.send('/badge/later.example/total.svg'), 404, 'not_found');
});

test('only the admin can make a site public, and the list of sites shows which are', async () => {
  const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"public":true}' };
  assertProblem(await server.send('/api/v1/sites/private.example', put), 401, 'unauthorized');
  const { sites } = await server.ask<{ sites: { site: string; public: boolean }[] }>('/api/v1/sites');
  assert.deepEqual(sites.map(({ site, public: isPublic }) => [site, isPublic]).sort(), [
    [SITE, true],
    ['private.example', false],
  ]);
});

test('an invalid badge is refused', async () => {
  for (const query of ['theme=x', 'show=x', 'period=x', `label=${'x'.repeat(61)}`]) {
    assertProblem(await server.send(`/badge/${SITE}/total.svg?${query}`), 400, 'invalid');
  }
  for (const path of [
    `/badge/${SITE}/total`,
    `/badge/${SITE}/total.json`,
    `/badge/${SITE}/${'x'.repeat(500)}.svg`,
  ]) {
    assertProblem(await server.send(path), 404, 'not_found');
  }
});
