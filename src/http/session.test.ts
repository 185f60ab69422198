import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cookieValue } from '../hit/visitor.ts';
import { Sessions } from './session.ts';

const TOKEN = 'a token of an administrator';
const DAY = 86_400_000;
const clock = { now: Date.UTC(2026, 10, 24) };
const sessions = new Sessions(TOKEN, () => clock.now);
const valueIn = (header: string) => cookieValue(header.split(';')[0]!, Sessions.NAME);

describe('a session', () => {
  const header = sessions.cookie(true);
  const value = valueIn(header);

  test('is open for thirty days', () => {
    const began = clock.now;
    assert.ok(sessions.isOpen(value));
    clock.now = began + 30 * DAY - 1000;
    assert.ok(sessions.isOpen(value));
    clock.now = began + 30 * DAY;
    assert.ok(!sessions.isOpen(value));
    clock.now = began;
  });

  test('is limited to this server’s pages, and hidden from scripts', () => {
    assert.match(header, /; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure$/);
    assert.doesNotMatch(sessions.cookie(false), /Secure/);
    assert.match(sessions.endingCookie(false), /^hit_admin=; Path=\/; Max-Age=0; /);
  });

  test('does not reveal the token, and ends with it', () => {
    assert.ok(!value.includes(TOKEN));
    assert.ok(!new Sessions('another token', () => clock.now).isOpen(value));
  });

  test('is rejected if forged', () => {
    const [end = '', signature = ''] = value.split('.');
    const later = (Number.parseInt(end, 36) + 1000).toString(36);
    const flipped = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    for (const odd of [
      '',
      '.',
      TOKEN,
      `${later}.${signature}`,
      `${end}.${flipped}`,
      `${end}.`,
      `${value}x`,
      end,
    ]) {
      assert.ok(!sessions.isOpen(odd), odd);
    }
  });
});
