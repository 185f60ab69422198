import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { Clients } from '../clickhouse/clients.ts';
import { DIMENSIONS } from '../clickhouse/dimension.ts';
import { HitError } from '../errors.ts';
import { isUnclean } from '../hit/text.ts';
import { Store } from '../store/store.ts';
import { type Filter, filterSql, readFilters } from './filter.ts';
import type { QueryParams } from './params.ts';

function invalid(message: RegExp) {
  return { code: 'invalid', status: 400, message };
}

function only(text: string): Filter {
  const [filter, ...rest] = readFilters({ filter: text });
  assert.ok(filter && rest.length === 0);
  return filter;
}

describe('a filter', () => {
  test('is a dimension, an operator, and values', () => {
    assert.deepEqual(only('path=/a'), { dimension: 'path', negated: false, patterns: [['/a']] });
    assert.deepEqual(only('country!=DE|AT'), {
      ...{ dimension: 'country', negated: true },
      patterns: [['DE'], ['AT']],
    });
    assert.deepEqual(only('path=/a=b&c!=d').patterns, [['/a=b&c!=d']]);
    assert.deepEqual(only(' country = DE|AT'), only('country=DE|AT'));
    assert.deepEqual(only('country != DE'), only('country!=DE'));
    // A value may begin with a space.
    assert.deepEqual(only('name= x').patterns, [[' x']]);
  });

  test('may select hits without a value', () => {
    assert.deepEqual(only('source=').patterns, [['']]);
    assert.deepEqual(only('source!=|Google').patterns, [[''], ['Google']]);
  });

  test('is split at its asterisks; consecutive ones count as one', () => {
    assert.deepEqual(only('path=/blog/*').patterns, [['/blog/', '']]);
    assert.deepEqual(only('path=*').patterns, [['', '']]);
    assert.deepEqual(only('path=a**b***').patterns, [['a', 'b', '']]);
  });

  test('treats a character after a backslash literally', () => {
    assert.deepEqual(only(String.raw`path=\*\|\\*a\||b`).patterns, [['*|\\', 'a|'], ['b']]);
    for (const text of ['path=a\\', 'path=\\%', 'path=\\', 'path=C:\\temp']) {
      assert.throws(() => only(text), invalid(/^filter "path=.*" has a \\ that is not before \*, \| or \\/));
    }
  });

  test('is refused if it is invalid', () => {
    for (const text of ['path', 'path>1', 'path ~ a', '!', 'a b=c', '/blog/*']) {
      assert.throws(
        () => only(text),
        invalid(/ is not a filter such as path=\/blog\/\* or country!=DE\|AT$/),
      );
    }
    for (const name of ['visitor', 'PATH', '', 'method', 'constructor', '__proto__']) {
      assert.throws(
        () => only(`${name}=x`),
        invalid(/ has an unknown dimension: (use path, referrer, |did you mean "path")/),
      );
    }
    assert.throws(
      () => only('path=/a\0b'),
      invalid(/^filter "path=\/a\ufffdb" contains a control character/),
    );
    assert.throws(() => only('path=\ud800'), invalid(/contains a control character/));
  });

  test('is bounded in length', () => {
    const values = (count: number) => `country=${Array.from({ length: count }, () => 'DE').join('|')}`;
    assert.equal(only(values(100)).patterns.length, 100);
    assert.throws(() => only(values(101)), invalid(/has 101 values, at most 100 are allowed/));
    assert.doesNotThrow(() => only(`path=${'a'.repeat(995)}`));
    assert.throws(() => only(`path=${'a'.repeat(996)}`), invalid(/is longer than 1000 characters/));
    const filter = Array.from({ length: 19 }, () => 'path=/a');
    assert.equal(readFilters({ filter, country: 'DE' }).length, 20);
    assert.throws(
      () => readFilters({ filter, country: ['DE', 'AT'] }),
      invalid(/^21 filters are given, at most 20 are allowed/),
    );
  });
});

describe('filters', () => {
  test('come as a list, or each as a parameter', () => {
    const long = readFilters({ filter: ['path=/a*', 'path!=/ab', 'country=DE|AT'] });
    const short = readFilters({ path: '/a*', 'path!': '/ab', country: 'DE|AT' });
    assert.deepEqual(short, long);
    assert.deepEqual(readFilters({ filter: ['path=/a*', 'path!=/ab'], country: 'DE|AT' }), long);
    assert.deepEqual(
      readFilters({ path: ['/a*', '/b*'] }),
      readFilters({ filter: ['path=/a*', 'path=/b*'] }),
    );
  });

  test('that are empty are ignored', () => {
    assert.deepEqual(readFilters({ filter: '', path: '', 'country!': '', os: undefined, browser: null }), []);
    assert.deepEqual(filterSql([]), { text: 'true', parameters: {} });
  });

  test('must be strings', () => {
    for (const params of [{ filter: 1 }, { path: {} }, { 'path!': [['a']] }] as QueryParams[]) {
      assert.throws(() => readFilters(params), invalid(/^(filter|path!?) is not a string$/));
    }
  });

  test('put no input into their SQL', () => {
    const value = fc.string({ unit: anyCharacter, minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...DIMENSIONS), value, (dimension, value) => {
        let filters: Filter[];
        try {
          filters = readFilters({ filter: `${dimension}=${value}`, [dimension]: value });
        } catch (error) {
          assert.ok(error instanceof HitError && error.message.isWellFormed());
          assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
          return;
        }
        const { text, parameters } = filterSql(filters);
        const known = /true|IN|LIKE|OR|AND|startsWith|endsWith|position|String|> 0|filter_\d+_\d+|[(){}:, ]/g;
        assert.equal(text.replaceAll(new RegExp(`\\b${dimension}\\b`, 'g'), '').replaceAll(known, ''), '');
        assert.ok(Object.keys(parameters).every((name) => text.includes(`{${name}:String}`)));
      }),
      { seed: 61, numRuns: rounds(2000, 500) },
    );
  });

  test('may apply to another column', () => {
    const { text } = filterSql(readFilters({ filter: 'path=/a' }), () => 'value');
    assert.equal(text, '(value IN ({filter_0_0:String}))');
  });
});

/** Characters that are special in filters, LIKE, regular expressions, SQL or parameter bindings. */
const HOSTILE = [
  '*',
  '|',
  '\\',
  '%',
  '_',
  '.',
  '^',
  '$',
  '(',
  '[',
  '{',
  '}',
  "'",
  '"',
  '`',
  '-',
  ';',
  '?',
  '+',
];
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ä', '漢', '🙂', '\u0301', '\ufffd', ' ', 'A', '\u00a0', '\\N', '{a:String}'),
  },
);
const piece = fc.array(character, { maxLength: 4 }).map((characters) => characters.join(''));

/** The meaning of a filter, implemented independently. */
function matches(value: string, { negated, patterns }: Filter): boolean {
  const found = patterns.some((pieces) => {
    const source = pieces.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('.*');
    return new RegExp(`^${source}$`, 'su').test(value);
  });
  return found !== negated;
}

function written(piece: string): string {
  return piece.replaceAll(/[\\|*]/g, '\\$&');
}

describe('filters in the engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  const values = [
    ...new Set([
      '',
      ...fc.sample(piece, { seed: 62, numRuns: rounds(150, 50) }),
      ...fc
        .sample(fc.tuple(piece, piece, piece), { seed: 63, numRuns: rounds(250, 80) })
        .map((pieces) => pieces.join('')),
      `${'a'.repeat(5000)}b`,
    ]),
  ];
  let clients: Clients;

  before(async () => {
    placeEmptyStore(join(folder, 'store'));
    await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
    // A path is a plain column, a source one with a dictionary.
    await store.deliver(
      segmentOf(
        folder,
        1n,
        values.map((value) => ({ path: value, source: value })),
      ),
    );
  });

  before(() => {
    clients = Clients.embedded(join(folder, 'store'));
  });

  after(async () => {
    await clients.close();
    rmSync(folder, { recursive: true });
  });

  async function found(filters: readonly Filter[], dimension: 'path' | 'source'): Promise<string[]> {
    const { text, parameters } = filterSql(filters);
    return clients.read(async (reader) => {
      const query = `SELECT ${dimension} AS value FROM hits WHERE ${text}`;
      const result = await reader.query({ query, query_params: parameters, format: 'JSONEachRow' });
      return (await result.json<{ value: string }>()).map(({ value }) => value).sort();
    });
  }

  function expected(filters: readonly Filter[]): string[] {
    return values.filter((value) => filters.every((filter) => matches(value, filter))).sort();
  }

  test('select the right hits, whatever the values and patterns contain', async () => {
    const pattern = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.map(written).join('*'));
    const patterns = fc.array(fc.oneof(pattern, fc.constantFrom(...values).map(written)), {
      ...{ minLength: 1, maxLength: 5 },
    });
    const filter = fc.tuple(fc.constantFrom('=', '!='), patterns);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'path' | 'source'>('path', 'source'),
        fc.array(filter, { minLength: 1, maxLength: 3 }),
        async (dimension, parts) => {
          const texts = parts.map(([sign, patterns]) => `${dimension}${sign}${patterns.join('|')}`);
          fc.pre(texts.every((text) => text.length <= 1000 && !isUnclean(text)));
          const filters = readFilters({ filter: texts });
          assert.deepEqual(await found(filters, dimension), expected(filters));
        },
      ),
      { seed: 64, numRuns: rounds(400, 40, 200) },
    );
  });

  test('with many asterisks finish quickly', { timeout: scaledTimeout(20_000) }, async () => {
    const filters = readFilters({ filter: `path=${'*a'.repeat(490)}*c` });
    assert.deepEqual(await found(filters, 'path'), []);
  });

  test('with the maximum number of values are one statement', async () => {
    const filter = Array.from({ length: 20 }, (_, at) => `path!=${'ab|'.repeat(99)}漢${at}`);
    const filters = readFilters({ filter });
    assert.deepEqual(await found(filters, 'path'), expected(filters));
  });
});
