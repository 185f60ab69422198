/** Readers without a token cannot take the engine from those who have one, nor from one another. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, BEARER } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const server = await ServerHere.start(file, temporaryFolder(file), '--public');

function asked(path: string, address: string) {
  return server.send(path, { headers: { 'x-forwarded-for': address } });
}

test('an address that queries without an end is refused before others, and delays them by one query', async () => {
  const began = performance.now();
  const flood = Array.from({ length: 140 }, (_, at) =>
    asked(`/api/v1/stats?from=2026-01-01&interval=month&path=/${at}`, '203.0.113.1'),
  );
  const other = asked('/api/v1/sites', '203.0.113.2');
  const administrator = Array.from({ length: 5 }, () =>
    server.send('/api/v1/stats?interval=day', { headers: BEARER }),
  );
  for (const answer of await Promise.all([other, ...administrator]))
    assert.equal(answer.status, 200, answer.text);
  const answers = await Promise.all(flood);
  const refused = answers.filter(({ status }) => status !== 200);
  assert.ok(refused.length >= 30 && refused.length < 140, `${refused.length} of 140 refused`);
  for (const answer of refused) {
    const { detail } = assertProblem(answer, 503, 'overloaded');
    assert.match(detail, /send a token/);
    assert.equal(answer.headers['retry-after'], '10');
  }
  const { text } = await server.send('/metrics', { headers: BEARER });
  assert.match(text, new RegExp(`^hit_tracker_anonymous_queries_refused_total ${refused.length}$`, 'm'));
  // The log cannot be filled by refusals.
  const seconds = (performance.now() - began) / 1000;
  assert.ok(server.stderr.split('"level":40').length - 1 <= seconds + 2, server.stderr);
});

test('addresses of one /64 share a turn', async () => {
  const flood = Array.from({ length: 140 }, (_, at) =>
    asked(`/api/v1/top?by=path&limit=${at + 1}`, `2001:db8::${at.toString(16)}`),
  );
  const others = Array.from({ length: 5 }, (_, at) =>
    asked('/api/v1/sites', `2001:db8:0:${(at + 1).toString(16)}::1`),
  );
  for (const answer of await Promise.all(others)) assert.equal(answer.status, 200, answer.text);
  const refused = (await Promise.all(flood)).filter(({ status }) => status === 503);
  assert.ok(refused.length >= 30, `${refused.length} of 140 refused`);
});
