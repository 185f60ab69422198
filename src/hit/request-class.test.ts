import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOf, isAsset } from './request-class.ts';

const ok = { query: '', method: 'GET', status: 200 };

for (const [expected, ...paths] of [
  [
    'page',
    '/',
    '/blog/',
    '/blog/a-post',
    '/index.html',
    '/a.php',
    '/users/john.doe',
    '/feeding-cats',
    '/api',
    '/api/fs.html',
    '/graphql-for-beginners',
  ],
  [
    'asset',
    '/style.css',
    '/a/B.PNG',
    '/favicon.ico',
    '/js/app.min.js',
    '/fonts/x.woff2',
    '/v.mp4',
    '/a.css;v=2',
  ],
  ['feed', '/feed', '/blog/feed/', '/rss.xml', '/index.xml', '/posts.atom'],
  [
    'api',
    '/api/v1/users',
    '/graphql',
    '/graphql/schema',
    '/wp-json/wp/v2/posts',
    '/data.json',
    '/xmlrpc.php',
  ],
  ['other', '/robots.txt', '/sitemap.xml', '/paper.pdf', '/release-1.2.tar.gz'],
] as const) {
  test(`a delivered path is ${expected}`, () => {
    for (const path of paths) {
      assert.equal(classOf({ ...ok, path }), expected, path);
      assert.equal(isAsset(path), expected === 'asset', path);
    }
  });
}

test('a feed may be requested by a query', () => {
  for (const query of ['flav=rss20', 'feed=rss2', 'a=1&format=feed&b=2', 'feed=atom'])
    assert.equal(classOf({ ...ok, path: '/', query }), 'feed', query);
  for (const query of ['feedback=1', 'feed=the-cat', 'q=rss', 'xfeed=rss'])
    assert.equal(classOf({ ...ok, path: '/', query }), 'page', query);
});

test('only a GET that delivered something is a page view', () => {
  for (const status of [0, 200, 203, 206, 304]) assert.equal(classOf({ ...ok, path: '/', status }), 'page');
  for (const status of [204, 301, 302, 307, 400, 401, 403, 404, 410, 429, 499, 500, 503])
    assert.equal(classOf({ ...ok, path: '/', status }), 'other', String(status));
  for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'PROPFIND', 'get'])
    assert.equal(classOf({ ...ok, path: '/', method }), 'other', method);
});

test('a missing image is an asset', () => {
  assert.equal(classOf({ ...ok, path: '/no.png', status: 404 }), 'asset');
});

test('a log without requests and statuses has page views; a request that is not HTTP is none', () => {
  assert.equal(classOf({ path: '/', query: '', method: '', status: 0 }), 'page');
  assert.equal(classOf({ path: '-', query: '', method: '', status: 400 }), 'other');
});
