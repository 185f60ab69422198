import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { anyCharacter } from '../../../test/fixtures/any-character.ts';
import { cell, sparkline } from './cell.ts';
import { COLOURS, PLAIN, type Shown, screen } from './screen.ts';
import { PANELS, WINDOWS } from './snapshot.ts';
import { keysOf, onKey, type View } from './view.ts';

const options = { seed: 20261128, numRuns: 300 };
/** Hostile text: any characters, wide, joined, right-to-left, and such as move the cursor. */
const hostile = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '/日本語のページ',
    '\x1b[2J\x1b]0;title\x07',
    '\u202egpj.exe',
    '👩‍👩‍👧‍👦🏳️‍🌈',
    'e\u0301\u0301\u0301',
    '\ud800',
    'a\tb\nc\rd',
  ),
);
const MOVES = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

const shown: fc.Arbitrary<Shown> = fc.record({
  view: fc.record({
    site: hostile,
    period: fc.constantFrom('1h', '24h', '7d', '30d'),
    panel: fc.nat(PANELS.length - 1),
    isHelp: fc.boolean(),
  }),
  name: hostile,
  live: fc.option(
    fc.record({
      site: fc.constant(null),
      at: fc.constant('2026-11-28T00:00:00.000Z'),
      total: fc.record({ hits: fc.maxSafeNat(), visitors: fc.maxSafeNat() }),
      windows: fc.constant(
        WINDOWS.map((window) => ({
          window,
          seconds: 1,
          hits: 2 ** 50,
          visitors: 7,
          hits_per_second: 0.017,
          error: 0.01,
        })),
      ),
    }),
    { nil: undefined },
  ),
  rankings: fc
    .uniqueArray(fc.constantFrom(...PANELS), { maxLength: 8 })
    .chain((panels) =>
      fc.tuple(
        ...panels.map((by) =>
          fc
            .array(fc.record({ value: hostile, hits: fc.nat(), visitors: fc.nat() }), { maxLength: 12 })
            .map((rows) => ({ by, rows })),
        ),
      ),
    ),
  rates: fc.array(fc.nat(1e9), { maxLength: 400 }),
  isWatched: fc.boolean(),
  fault: fc.option(hostile, { nil: undefined }),
});

describe('the screen', () => {
  test('fills the terminal to the last column, and never more, whatever it shows', () => {
    fc.assert(
      fc.property(
        shown,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (what, columns, rows) => {
          const lines = screen(what, { columns, rows }, PLAIN);
          assert.equal(lines.length, rows);
          for (const line of lines) {
            assert.equal(stringWidth(line), columns, JSON.stringify(line));
            assert.doesNotMatch(line, MOVES);
          }
          const painted = screen(what, { columns, rows }, COLOURS);
          assert.deepEqual(
            painted.map((line) => line.replaceAll(/\x1b\[[\d;]*m/g, '')),
            lines,
          );
        },
      ),
      options,
    );
  });
});

describe('a cell', () => {
  test('is exactly as wide as required, and shows as much as fits', () => {
    fc.assert(
      fc.property(hostile, fc.nat(40), fc.boolean(), (text, width, isNumber) => {
        assert.equal(stringWidth(cell(text, width, isNumber)), width);
      }),
      options,
    );
    assert.equal(cell('/page', 8), '/page   ');
    assert.equal(cell('17', 4, true), '  17');
    assert.equal(cell('/a/long/path', 8), '/a/long…');
    assert.equal(cell('日本語', 5), '日本…');
    assert.equal(cell('\x1b[2J', 6), '\ufffd[2J  ');
  });

  test('has only single-character emoji, since terminals disagree on the width of others', () => {
    assert.equal(cell('👩‍👩‍👧‍👦!', 4), '👩! ');
    assert.equal(cell('👍🏽❤️🇩🇪1️⃣', 8), '👍❤DE1  ');
    assert.equal(cell(`e${'\u0301'.repeat(500)}`, 2).length, 6, 'é, four accents, a space');
  });

  test('with right-to-left text does not reorder what follows it', () => {
    for (const text of ['/שלום', '/سلام', '/١٢']) assert.match(cell(text, 10), /^\/\P{Cf}+\u200e +$/u, text);
    assert.equal(cell('שלום', 3), 'של…\u200e');
    assert.equal(cell('/page', 6), '/page ');
  });
});

test('a sparkline has the newest value at the right, and its height follows the values', () => {
  assert.equal(sparkline([0, 1, 2, 4], 6), '  ▁▃▅█');
  assert.equal(sparkline([9, 1, 1], 2), '██');
  assert.equal(sparkline([], 3), '   ');
  assert.equal(sparkline([1], 0), '');
});

describe('keys', () => {
  const view: View = { site: '', period: '24h', panel: 0, isHelp: false };
  const after = (text: string, sites = ['a.example', 'b.example']) =>
    keysOf(text).reduce<View | undefined>((at, key) => at && onKey(at, key, sites), view);

  test('cycle through sites, periods and rankings', () => {
    assert.equal(after('s')?.site, 'a.example');
    assert.equal(after('sss')?.site, '');
    assert.equal(after('S')?.site, 'b.example');
    assert.equal(after('p')?.period, '7d');
    assert.equal(after('pppp')?.period, '24h');
    assert.equal(after('\t\u001b[C')?.panel, 2);
    assert.equal(after('\u001b[D')?.panel, PANELS.length - 1);
    assert.equal(after('?')?.isHelp, true);
    assert.equal(after('?\u001b')?.isHelp, false);
  });

  test('quit, and do nothing if they are unknown', () => {
    for (const key of ['q', '\u0003', '\u0004']) assert.equal(after(key), undefined);
    assert.deepEqual(after('xyz1\u001b[15~ß😀'), view);
  });
});
