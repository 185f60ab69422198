import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { isUnclean, normalized } from './text.ts';

const anyText = fc.string({ unit: anyCharacter, maxLength: 60 });
const fixed = { seed: 7, numRuns: 500 };

test('only control characters and lone surrogates are unclean', () => {
  for (const text of ['\u0000', 'a\nb', '\t', '\u001b[31m', '\u007f', 'a\ud800', '\udc00b', '\udc00\ud800']) {
    assert.equal(isUnclean(text), true, JSON.stringify(text));
  }
  for (const text of ['', ' ', 'a b', 'ä', '漢字', '😀', '/path?q=%00', '\u00a0', '\u200f']) {
    assert.equal(isUnclean(text), false, JSON.stringify(text));
  }
});

test('any sanitized text is clean, well-formed, trimmed and within its maximum length', () => {
  fc.assert(
    fc.property(anyText, fc.nat(50), (text, longest) => {
      const tidy = normalized(text, longest);
      assert.equal(isUnclean(tidy), false);
      assert.ok(tidy.isWellFormed() && tidy.length <= longest && tidy === tidy.trim());
      assert.doesNotMatch(tidy, /[\u0080-\u009f]/);
      assert.equal(normalized(tidy, longest), tidy);
    }),
    fixed,
  );
});

test('clean text is unchanged', () => {
  for (const text of ['', 'Prices – ACME', '漢字 😀', "it's <b>"]) assert.equal(normalized(text, 100), text);
});

test('a line break between words becomes a space', () => {
  assert.equal(normalized(' Line one\r\n\tline two\u0000', 100), 'Line one line two');
});
