import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { cookieValue, VisitorCookie } from './visitor.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const SITE = 'example.com';
const VISITOR = { high: 0x00112233, low: 0x44556677 };

const cookies = new VisitorCookie(KEY);

/** The `Cookie` header of a browser that received this `Set-Cookie`. */
function sentBack(setCookie: string): string {
  return setCookie.slice(0, setCookie.indexOf(';'));
}

const valid = sentBack(cookies.write(SITE, VISITOR, false));

describe('a visitor cookie', () => {
  test('identifies the visitor that it was created for', () => {
    const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(half, half, (high, low) => {
        const header = sentBack(cookies.write(SITE, { high, low }, true));
        assert.deepEqual(cookies.read(SITE, header), { high, low });
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('covers the whole site, lives 400 days, and is hidden from scripts and cross-site requests', () => {
    assert.match(
      cookies.write(SITE, VISITOR, false),
      /^hit=0011223344556677\.[0-9a-f]{16}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
    );
    assert.ok(cookies.write(SITE, VISITOR, true).endsWith('; Secure'));
  });

  test('is found among others, in any position', () => {
    for (const header of [
      valid,
      `theme=dark; ${valid}`,
      `${valid}; theme=dark`,
      `a=1;${valid};b=2`,
      `a=1;   ${valid}  ; b=2`,
      `hits=1; hit_admin=2; xhit=3; hi=4; ${valid}`,
      `hit; ${valid}`,
      `;;; ${valid};`,
    ]) {
      assert.deepEqual(cookies.read(SITE, header), VISITOR, header);
    }
  });

  test('is found behind others of the same name, set by other software on a parent domain', () => {
    assert.deepEqual(cookies.read(SITE, `hit=42; ${valid}`), VISITOR);
    const foreign = sentBack(cookies.write('example.org', VISITOR, false));
    assert.deepEqual(cookies.read(SITE, `${foreign}; hit=; ${valid}`), VISITOR);
  });

  test('is searched among at most eight of the same name', () => {
    assert.deepEqual(cookies.read(SITE, `${'hit=x; '.repeat(7)}${valid}`), VISITOR);
    assert.equal(cookies.read(SITE, `${'hit=x; '.repeat(8)}${valid}`), undefined);
  });

  test('is ignored if any character is changed', () => {
    for (let at = 'hit='.length; at < valid.length; at++) {
      const other = valid[at] === 'a' ? 'b' : 'a';
      const forged = valid.slice(0, at) + other + valid.slice(at + 1);
      assert.equal(cookies.read(SITE, forged), undefined, forged);
    }
  });

  test('is ignored if it is forged', () => {
    for (const value of [
      '',
      '0011223344556677',
      '0011223344556677.',
      '0011223344556677.0000000000000000',
      `${valid.slice(4)}0`,
      `0${valid.slice(4)}`,
      valid.slice(4, -1),
      valid.slice(4).toUpperCase(),
      `"${valid.slice(4)}"`,
      encodeURIComponent(`${valid.slice(4)};`),
    ]) {
      assert.equal(cookies.read(SITE, `hit=${value}`), undefined, value);
    }
  });

  test('of another site is ignored', () => {
    for (const site of ['example.org', 'www.example.com', 'example.co', '']) {
      assert.equal(cookies.read(site, valid), undefined, site);
    }
  });

  test('signed with another server’s key is ignored', () => {
    assert.equal(new VisitorCookie(KEY.map((byte) => byte ^ 1)).read(SITE, valid), undefined);
  });

  test('is found in a header of 100 KB, and one of megabytes is parsed before the test times out', {
    timeout: scaledTimeout(20_000),
  }, () => {
    assert.deepEqual(cookies.read(SITE, `${'a=b; '.repeat(20_000)}${valid}`), VISITOR);
    for (const piece of [' ', ';', '=', 'hit', 'hit=', 'hit; ', 'a=b;', `${valid.slice(0, -1)}g; `, '; ; ']) {
      assert.equal(cookies.read(SITE, piece.repeat(2 ** 22 / piece.length)), undefined);
    }
  });
});

describe('the value of a cookie', () => {
  for (const [header, value] of [
    ['a=1', '1'],
    ['b=2; a=1; a=3', '1'],
    ['a= 1 ', '1'],
    ['a=x=y', 'x=y'],
    ['a=', ''],
    ['aa=1; ba=2; A=3', ''],
    ['a', ''],
    ['', ''],
  ] as const) {
    test(`a in "${header}" is "${value}"`, () => assert.equal(cookieValue(header, 'a'), value));
  }
});
