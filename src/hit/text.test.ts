import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { cleaned, cleanedJson, isUnclean, normalized } from './text.ts';

const anyText = fc.string({ unit: anyCharacter, maxLength: 60 });
const fixed = { seed: 7, numRuns: 500 };

test('only hidden characters and lone surrogates are unclean', () => {
  for (const text of [
    '\u0000',
    'a\nb',
    '\t',
    '\u001b[31m',
    '\u007f',
    'a\ud800',
    '\udc00b',
    '\udc00\ud800',
    '\u009b2J',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
  ]) {
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

test('a text that must not be refused has a replacement for each hidden character', () => {
  assert.equal(cleaned('/a\u009b2J\u202e\ud800'), '/a\ufffd2J\ufffd\ufffd');
  for (const text of ['', '/a b', '/\u0645\u06cc\u200c\u062e', '👩\u200d💻'])
    assert.equal(cleaned(text), text);
});

test('cleaned properties are JSON whose texts have no control character, and are otherwise the same', () => {
  const props = fc.dictionary(anyText, fc.oneof(anyText, fc.constant('\\u0007'), fc.constant('"\\\n')));
  fc.assert(
    fc.property(props, (given) => {
      const read = JSON.parse(cleanedJson(JSON.stringify(given))) as Record<string, string>;
      // Two names may become one.
      const expected = Object.fromEntries(
        Object.entries(given).map((each) => each.map((text) => text.replaceAll(/[\u0000-\u001f]/g, ' '))),
      );
      assert.deepEqual(read, expected);
    }),
    fixed,
  );
  assert.equal(cleanedJson('{"a":"\\\\u0007\\u0007"}'), '{"a":"\\\\u0007 "}');
  assert.equal(cleanedJson(JSON.stringify({ a: '\ud800' })), '{"a":" "}');
});
