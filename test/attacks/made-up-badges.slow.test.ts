/** Badges of made-up pages, which anyone may request, keep nobody from a badge. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

test('a client that requests badges of made-up pages without a pause delays others, and refuses nobody', async (t) => {
  const server = await ServerHere.start(t, temporaryFolder(t));
  t.after(() => server[Symbol.asyncDispose]());
  const hits = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({ site: 'a.example', path: `/${i % 20}`, visitor: `${i}` }),
  );
  const sent = await server.send('/api/v1/hits', {
    method: 'POST',
    headers: { ...BEARER, 'content-type': 'application/x-ndjson' },
    body: hits.join('\n'),
  });
  assert.equal(sent.status, 202, sent.text);
  const shared = await server.send('/api/v1/sites/a.example', {
    method: 'PUT',
    headers: { ...BEARER, 'content-type': 'application/json' },
    body: JSON.stringify({ public: true }),
  });
  assert.ok(shared.status < 300, shared.text);

  const badge = (address: string, page: string) =>
    server.send(`/counter/a.example/${page}.json`, { headers: { 'x-forwarded-for': address } });
  let isOver = false;
  let made = 0;
  const attack = Promise.all(
    Array.from({ length: 20 }, async () => {
      while (!isOver) await badge('203.0.113.9', `made-up-${made++}`);
    }),
  );
  try {
    for (let page = 0; page < 10; page++) {
      const { status, text } = await badge('203.0.113.10', `${page}`);
      assert.equal(status, 200, text);
      assert.equal(JSON.parse(text).hits, 10);
    }
  } finally {
    isOver = true;
    await attack;
  }
  assert.ok(made > 20, `${made} requests of the attacker`);
});
