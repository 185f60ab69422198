import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { readable, storedForm } from './readable.ts';

describe('readable addresses', () => {
  for (const [stored, shown] of [
    ['/blog/%C3%BCber-uns', '/blog/über-uns'],
    ['/%e6%97%a5%E6%9C%AC', '/日本'],
    ['/a%20b%2Fc%25', '/a%20b%2Fc%25'],
    ['/%C3', '/%C3'],
    ['/%C3%BC%FF', '/%C3%BC%FF'],
    ['/%F0%9F%98%80?q=%D9%85', '/😀?q=م'],
    ['xn--mnchen-3ya.example', 'münchen.example'],
    ['https://xn--r8jz45g.jp/%E3%81%82', 'https://例え.jp/あ'],
    ['xn--', 'xn--'],
    ['xn--a-', 'xn--a-'],
    ['axn--mnchen-3ya', 'axn--mnchen-3ya'],
    ['', ''],
  ] as const) {
    test(`${stored || 'nothing'} is ${shown || 'nothing'}`, () => assert.equal(readable(stored), shown));
  }

  test('characters that reverse a text, spaces, and mixed alphabets stay in ASCII form', () => {
    for (const text of ['/%E2%80%AEgpj.exe', '/%C2%A0', '/%C2%85', domainToASCII('раypal.example')])
      assert.equal(readable(text), text);
  });

  test('host names are those that Node decodes', () => {
    const label = fc.string({
      unit: fc.constantFrom('a', 'z', '0', '-', 'ü', 'ß', 'ç', '例', 'え', 'م', 'ت', '한', '😀', 'ñ'),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(label, (text) => {
        const ascii = domainToASCII(`${text}.example`);
        fc.pre(ascii !== '');
        assert.equal(readable(ascii), domainToUnicode(ascii));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('a stored address is found by what is shown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const stored = storedForm(`/${text}`);
        assert.match(stored, /^[\0-\x7f]*$/);
        assert.equal(storedForm(readable(stored)), stored);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
