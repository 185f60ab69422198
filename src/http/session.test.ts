import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { cookieValue } from '../hit/visitor.ts';
import { Sessions } from './session.ts';

const TOKEN = 'a token of an administrator';
const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 10, 24);
const valueIn = (header: string) => cookieValue(header.split(';')[0]!, Sessions.NAME);

/** Sessions in a folder, by a clock that the test moves. */
function open(t: TestContext) {
  const folder = temporaryFolder(t);
  const clock = { now: BEGIN };
  const again = (adminToken = TOKEN) =>
    new Sessions({ folder, adminToken, seconds: (30 * DAY) / 1000, now: () => clock.now });
  return { folder, clock, again, sessions: again() };
}

describe('a session', () => {
  test('is open for as long as the setting says', (t) => {
    const { clock, sessions } = open(t);
    const value = valueIn(sessions.open(true));
    assert.ok(sessions.isOpen(value));
    clock.now = BEGIN + 30 * DAY - 1000;
    assert.ok(sessions.isOpen(value));
    assert.equal(sessions.list().length, 1);
    clock.now = BEGIN + 30 * DAY;
    assert.ok(!sessions.isOpen(value));
    assert.deepEqual(sessions.list(), []);
  });

  test('is limited to this server’s pages, and hidden from scripts', (t) => {
    const { sessions } = open(t);
    assert.match(sessions.open(true), /; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure$/);
    assert.doesNotMatch(sessions.open(false), /Secure/);
    assert.match(sessions.endingCookie(false), /^hit_admin=; Path=\/; Max-Age=0; /);
  });

  test('does not reveal the token, and ends with it', (t) => {
    const { again, sessions, folder } = open(t);
    const value = valueIn(sessions.open(true));
    assert.ok(!value.includes(TOKEN));
    assert.ok(!readFileSync(join(folder, 'sessions.json'), 'utf8').includes(value.split('.')[2]!));
    assert.ok(!again('another token').isOpen(value));
  });

  test('is valid on another node with the same token', (t) => {
    const value = valueIn(open(t).sessions.open(true));
    assert.ok(open(t).sessions.isOpen(value));
  });

  test('ends on its sign-out, for good, and no other one does', (t) => {
    const { again, sessions } = open(t);
    const [first, second] = [valueIn(sessions.open(true)), valueIn(sessions.open(true))];
    for (const odd of ['', 'x', `${first}x`]) sessions.close(odd);
    sessions.close(first);
    for (const each of [sessions, again()]) {
      assert.deepEqual([each.isOpen(first), each.isOpen(second)], [false, true]);
      assert.deepEqual(
        each.list().map(({ id }) => id),
        [second.split('.')[0]],
      );
    }
  });

  test('ends on demand', (t) => {
    const { sessions } = open(t);
    const value = valueIn(sessions.open(true));
    const [{ id, created, expires } = { id: '', created: '', expires: '' }] = sessions.list();
    assert.deepEqual([created, expires], ['2026-11-24T00:00:00.000Z', '2026-12-24T00:00:00.000Z']);
    assert.deepEqual(
      [sessions.end('0000000000000000'), sessions.end(id), sessions.end(id)],
      [false, true, false],
    );
    assert.ok(!sessions.isOpen(value));
  });

  test('is forgotten once it has expired', (t) => {
    const { clock, folder, sessions } = open(t);
    sessions.close(valueIn(sessions.open(true)));
    sessions.open(true);
    clock.now = BEGIN + 31 * DAY;
    sessions.open(true);
    const { open: left, ended } = JSON.parse(readFileSync(join(folder, 'sessions.json'), 'utf8'));
    assert.deepEqual([left.length, ended.length], [1, 0]);
  });

  test('is rejected if forged', (t) => {
    const { sessions } = open(t);
    const value = valueIn(sessions.open(true));
    const [id = '', end = '', signature = ''] = value.split('.');
    const later = (Number.parseInt(end, 36) + 1000).toString(36);
    const flipped = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    for (const odd of [
      ...['', '.', '..', TOKEN, `${value}x`, id, `${id}.${end}`, `${end}.${signature}`],
      ...[`${id}.${later}.${signature}`, `${id}.${end}.${flipped}`, `0000000000000000.${end}.${signature}`],
    ])
      assert.ok(!sessions.isOpen(odd), odd);
  });

  test('is not reopened by a damaged list', (t) => {
    const { again, folder, sessions } = open(t);
    sessions.open(true);
    for (const text of ['', '{}', '{"open":[],"ended":[{"id":1}]}']) {
      writeFileSync(join(folder, 'sessions.json'), text);
      assert.throws(() => again(), { code: 'data_dir_unusable' });
    }
  });
});
