import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../../test/fixtures/any-character.ts';
import { badgeSvg, THEMES, type ThemeName } from './drawing.ts';

const themes = Object.keys(THEMES) as ThemeName[];
/** A badge without its texts. */
const frame = (svg: string) =>
  svg
    .replaceAll(/>[^<>]*</g, '><')
    .replaceAll(/aria-label="[^"<>]*"/g, '')
    .replaceAll(/"[\d.]+"/g, '""');

test('text is never markup or invalid XML', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.constantFrom(...themes), (text, theme) => {
      const svg = badgeSvg(text, text, theme);
      assert.equal(frame(svg), frame(badgeSvg('hits', '1', theme)));
      assert.ok(svg.isWellFormed());
      assert.doesNotMatch(svg, /[\u0000-\u001f\u007f\ufffe\uffff]|&(?!#\d+;)/);
    }),
    { seed: 1 },
  );
});

test('a badge is as wide as its texts, and has them as accessible text', () => {
  const width = (svg: string) => Number(/width="(\d+)"/.exec(svg)?.[1]);
  assert.ok(width(badgeSvg('hits', '12,345', 'flat')) > width(badgeSvg('hits', '1', 'flat')));
  assert.match(badgeSvg('hits', '12', 'flat'), /<title>hits: 12<\/title>/);
  assert.match(badgeSvg('a & "b"', '12', 'flat'), /aria-label="a &#38; &#34;b&#34;: 12"/);
});
