import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { StringTable } from './string-table.ts';

function reader(room: { slotBits: number; bytes: number }) {
  const texts = new StringTable(room);
  return (text: string, before = 0) => {
    const bytes = Buffer.from(`${'#'.repeat(before)}${text}#`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return texts.of(bytes, view, before, before + text.length);
  };
}

const ascii = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\u0000', '\u007f'), maxLength: 20 });

test('a text matches its bytes, whatever came before it', () => {
  for (const room of [
    { slotBits: 1, bytes: 15 },
    { slotBits: 2, bytes: 64 },
    { slotBits: 10, bytes: 4096 },
  ]) {
    const of = reader(room);
    fc.assert(
      fc.property(ascii, fc.nat(5), (text, before) => assert.equal(of(text, before), text)),
      { seed: 41, numRuns: rounds(2000, 500) },
    );
  }
});

test('texts that differ in a single byte are distinguished', () => {
  const of = reader({ slotBits: 1, bytes: 4096 });
  const text = 'Mozilla/5.0 (X11)';
  for (let at = 0; at < text.length; at++) {
    const other = `${text.slice(0, at)}#${text.slice(at + 1)}`;
    assert.equal(of(text), text);
    assert.equal(of(other), other);
  }
});

test('a text too long to be cached is decoded all the same', () => {
  const of = reader({ slotBits: 4, bytes: 64 });
  assert.equal(of('x'.repeat(5000)).length, 5000);
  assert.equal(of('a'.repeat(65)), 'a'.repeat(65));
  assert.equal(of('a'.repeat(65)), 'a'.repeat(65));
});
