import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closingQuote, quotedText } from './quoted.ts';

describe('closingQuote', () => {
  const close = (text: string) => closingQuote(text, 0, text.length);

  it('is followed by a space or the end', () => {
    assert.equal(close('ab" c'), 2);
    assert.equal(close('ab"'), 2);
    assert.equal(close('a"b" c'), 3);
  });

  it('is not escaped', () => {
    assert.equal(close(String.raw`a\" b" c`), 5);
    assert.equal(close(String.raw`a\\" b"`), 3);
    assert.equal(close(String.raw`a\\\" b"`), 7);
  });

  it('may be missing', () => {
    assert.equal(close('ab'), -1);
    assert.equal(close(String.raw`ab\"`), -1);
    assert.equal(close(''), -1);
  });
});

describe('quotedText', () => {
  it('unescapes quotes and backslashes, and keeps escaped bytes', () => {
    const text = String.raw`a\"b\\c\x16\n`;
    assert.equal(quotedText(text, 0, text.length, true), String.raw`a"b\c\x16\n`);
  });
});
