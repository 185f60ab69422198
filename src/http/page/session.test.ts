import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSession, makeSession, SESSION_SECONDS } from './session.ts';

const TOKEN = 'a-token-for-the-tests';
const NOW = Date.UTC(2026, 10, 24);

test('a session is known until it ends, and only with the token that made it', () => {
  const session = makeSession(TOKEN, NOW);
  assert.ok(isSession(session, TOKEN, NOW + SESSION_SECONDS * 1000 - 1));
  assert.ok(!isSession(session, TOKEN, NOW + SESSION_SECONDS * 1000));
  assert.ok(!isSession(session, 'another-token-of-theirs', NOW));
  assert.ok(!session.includes(TOKEN));
});

test('a session of whose characters one is changed is none', () => {
  const session = makeSession(TOKEN, NOW);
  fc.assert(
    fc.property(fc.nat(session.length - 1), fc.string({ unit: 'binary', maxLength: 2 }), (at, text) => {
      const forged = session.slice(0, at) + text + session.slice(at + 1);
      assert.equal(isSession(forged, TOKEN, NOW), forged === session);
    }),
    { seed: 1 },
  );
});
