import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { csvText } from './csv.ts';
import { Format } from './format.ts';
import { periodName } from './period-name.ts';
import { siteOf, snippetOf } from './snippet.ts';

const NOW = new Date(2026, 10, 24, 12);
const english = new Format(['en-GB']);

test('no cell of a table begins like a formula', () => {
  const cell = fc
    .tuple(
      fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', ''),
      fc.string({ unit: anyCharacter }),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(cell, (text) => {
      const written = csvText([[text]]);
      assert.doesNotMatch(written, /^"?[=+\-@\t\r＝＋－＠](?!\n$)/);
    }),
    { seed: 1 },
  );
  assert.equal(csvText([['=cmd|"/c calc"!A1', 5]]), '"\'=cmd|""/c calc""!A1",5\r\n');
});

test('text is unchanged in a table, except for the quote before a formula and escaped hidden characters', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: anyCharacter }), { minLength: 1, maxLength: 4 }), (cells) => {
      const safe = cells
        .map((text) => (/^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text))
        .map((text) =>
          text.replaceAll(HIDDEN, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`),
        );
      assert.deepEqual(parseRow(csvText([cells])), safe);
    }),
    { seed: 2 },
  );
});

/** Without tabs and line breaks. */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** One row of RFC 4180. */
function parseRow(row: string): string[] {
  return [...`,${row.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,"]*))/gs)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

test("numbers are written in the reader's language", () => {
  assert.equal(english.whole(1_234_567), '1,234,567');
  assert.equal(new Format(['de-DE']).whole(1_234_567), '1.234.567');
  assert.equal(english.short(99_999), '99,999');
  assert.equal(english.short(1_234_567), '1.23m');
  assert.equal(english.percent(0.1234), '12.3%');
  assert.equal(english.change(0.12), '+12%');
  assert.equal(english.rate(0.275), '0.28');
  assert.equal(english.rate(1240.4), '1,240');
  assert.equal(english.count(1, 'visitor'), '1 visitor');
  assert.equal(english.count(1200, 'visitor'), '1,200 visitors');
  assert.equal(english.money(1234.5, 'EUR'), '€1,234.50');
  assert.equal(english.bytes(1_440_000_000), '1.4 GB');
});

test('durations have their two largest units', () => {
  assert.equal(english.duration(90_000), '1d 1h');
  assert.equal(english.window(300), '5 minutes');
  assert.equal(english.duration(0), '0s');
  assert.equal(english.duration(83.4), '1m 23s');
  assert.equal(english.duration(3723), '1h 2m');
});

test('countries and languages have their names, and unknown codes stay unchanged', () => {
  assert.equal(english.country('DE'), 'Germany');
  assert.equal(english.country('<b>'), '<b>');
  assert.equal(english.language('fr'), 'French');
  assert.equal(english.language('zzzz'), 'zzzz');
});

test('a current period is shown by its name, and a past one by its dates', () => {
  assert.equal(periodName({ kind: '7d' }, NOW, ['en-GB']), 'Last 7 days');
  assert.equal(periodName({ kind: 'day', date: '2026-11-23' }, NOW, ['en-GB']), 'Yesterday');
  assert.equal(periodName({ kind: 'month', date: '2026-10-01' }, NOW, ['en-GB']), 'October 2026');
  assert.match(
    periodName({ kind: 'custom', from: '2026-11-02', to: '2026-11-08' }, NOW, ['en-GB']),
    /^2\D+8 Nov 2026$/,
  );
});

test('a site is the host of a typed name or address', () => {
  for (const [typed, site] of [
    ['example.com', 'example.com'],
    [' https://www.Example.com/a?b#c ', 'www.example.com'],
    ['example.com/blog', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['localhost:3000', 'localhost'],
    ['http://[::1]:80/', '::1'],
    ['my_app', 'my_app'],
    ['example.com.', 'example.com'],
    ['', undefined],
    ['a b', undefined],
    ['<b>', undefined],
    ['"', undefined],
    ['ftp://a.com', undefined],
    ['https://', undefined],
  ] as const)
    assert.equal(siteOf(typed), site, typed);
});

test('the snippet has the server’s address and the name of the site', () => {
  const [script, pixel] = snippetOf('https://stats.example.com', 'example.com').split('\n');
  assert.equal(
    script,
    '<script defer src="https://stats.example.com/script.js" data-site="example.com"></script>',
  );
  assert.match(pixel ?? '', /hit\.gif\?site=example\.com"/);
});
