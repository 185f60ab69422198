import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { parsePartFile, partName, siteFolder } from './part-name.ts';

const anySite = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 300 }),
  fc.stringMatching(/^[a-z.~/A-Z:]{1,8}$/),
  fc.domain(),
);

describe('the folder of a site', () => {
  test('is named after the site, if it is a host', () => {
    for (const site of ['example.com', 'localhost', 'a_b-c.d.e']) assert.equal(siteFolder(site), site);
    assert.equal(siteFolder('::1'), '~3a~3a1');
  });

  test('is one folder below the archive, whatever the site', () => {
    const hostile = [
      '..',
      '.',
      '/',
      '..',
      'a/b',
      '\\',
      'C:',
      'A.com',
      '{a,b}',
      '*',
      '',
      'x'.repeat(5000),
      '\0',
      '~',
      'con.',
    ];
    for (const site of hostile) assert.match(siteFolder(site), /^(?![.])[a-z0-9_.~-]{1,255}(?<![.])$/, site);
    fc.assert(
      fc.property(anySite, (site) => /^(?![.])[a-z0-9_.~-]{1,255}(?<![.])$/.test(siteFolder(site))),
      { seed: 1 },
    );
  });

  test('is unique, even on a case-insensitive file system', () => {
    fc.assert(
      fc.property(anySite, anySite, (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));
        assert.equal(siteFolder(a).toLowerCase() === siteFolder(b).toLowerCase(), same);
      }),
      {
        seed: 2,
        examples: [
          ['A.com', 'a.com'],
          ['::1', '~3a~3a1'],
          ['~', ''],
        ],
      },
    );
  });
});

test('the files of a part are distinguished from all others', () => {
  const part = partName('example.com', '2026-01-31', '18446744073709551615');
  assert.equal(part, 'example.com/2026-01-31.ffffffffffffffff');
  assert.equal(partName('a', '2026-01-31', '10'), 'a/2026-01-31.000000000000000a');
  for (const type of ['json', 'parquet'] as const) {
    assert.deepEqual(parsePartFile(`${part}.${type}`), {
      part,
      folder: 'example.com',
      day: '2026-01-31',
      type,
    });
  }
  const others = [
    part,
    `${part}.json.new`,
    `../${part}.json`,
    `/${part}.json`,
    'example.com/.2026-01-31.ffffffffffffffff.json',
    'example.com/2026-01-31.ffff.json',
    "example.com/2026-01-31.'fffffffffffffff.json",
    'Example.com/2026-01-31.ffffffffffffffff.json',
  ];
  for (const path of others) assert.equal(parsePartFile(path), undefined, path);
});
