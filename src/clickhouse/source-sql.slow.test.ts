import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Session } from 'chdb';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { HOSTS } from '../../test/fixtures/source-hosts.ts';
import { BOTS, botKind, botOperator } from '../source/bot.ts';
import { channelOf, MEDIUMS } from '../source/channel.ts';
import { CLICK_IDS } from '../source/click-id.ts';
import { AD_TAGS } from '../source/source-list.ts';
import { sourceName } from '../source/source-name.ts';
import { quote } from './literals.ts';
import { botKindSql, botOperatorSql, channelSql, sourceNameSql } from './source-sql.ts';

const CLICKS = ['', 'page', ...CLICK_IDS.map(({ parameter }) => parameter)];
/** The engine's limit for a whole statement. */
const LONGEST_STATEMENT = 256 * 1024;

describe('the lists, applied in the store', () => {
  let engine: Session;
  before(() => {
    engine = new Session();
  });
  after(() => engine.close());

  /** The values of expressions of the columns a, b, c, d for rows, each with a string per column. */
  function evaluate(
    expressions: readonly string[],
    rows: readonly (readonly string[])[],
    type = 'String',
  ): string[][] {
    const columns = ['a', 'b', 'c', 'd'].slice(0, rows[0]!.length);
    engine.query('DROP TABLE IF EXISTS rows');
    engine.query(
      `CREATE TABLE rows (i UInt32, ${columns.map((name) => `${name} ${type}`).join(', ')}) ENGINE = Memory`,
    );
    const columnTypes = ['i UInt32', ...columns.map((name) => `${name} String`)].join(', ');
    // In hexadecimal, since a statement ends at a zero byte.
    const hex = (text: string) => quote(Buffer.from(text).toString('hex'));
    for (let start = 0; start < rows.length; start += 1000) {
      const values = rows
        .slice(start, start + 1000)
        .map((row, place) => `(${start + place}, ${row.map(hex).join(', ')})`);
      engine.query(
        `INSERT INTO rows SELECT i, ${columns.map((name) => `unhex(${name})`).join(', ')}
        FROM VALUES(${quote(columnTypes)}, ${values.join(', ')})`,
      );
    }
    const named = expressions.map((expression, place) => `toString(${expression}) AS result${place}`);
    const text = engine.query(`SELECT ${named.join(', ')} FROM rows ORDER BY i`, 'JSONCompactEachRow');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
  }

  for (const type of ['String', 'LowCardinality(String)']) {
    it(`name all hosts, tags and near misses as in TypeScript, in a column of ${type}`, () => {
      assert.ok(HOSTS.length > 5000);
      const rows = HOSTS.map((host) => [host]);
      const names = evaluate([sourceNameSql('a')], rows, type).map(([name]) => name);
      assert.deepEqual(
        names,
        HOSTS.map((host) => sourceName(host)),
      );
    });
  }

  it('name random texts, with random click ids, as in TypeScript', () => {
    const part = fc.constantFrom(
      'google',
      'mail',
      'yahoo',
      'com',
      'co',
      'uk',
      'de',
      '.',
      '.',
      '.',
      '*',
      'X',
      '-',
      '/',
      ' ',
      'é',
      'aws.amazon',
    );
    const source = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string({ unit: anyCharacter }),
    );
    const rows = fc.sample(fc.tuple(source, fc.constantFrom(...CLICKS)), { seed: 4, numRuns: 3000 });
    const wellFormed = rows.map(([text, click]) => [text.toWellFormed(), click] as const);
    assert.deepEqual(
      evaluate([sourceNameSql('a', 'b')], wellFormed),
      wellFormed.map(([text, click]) => [sourceName(text, click)]),
    );
  });

  it('find the channel as in TypeScript, even beside the name, with and without click ids', () => {
    const source = fc.constantFrom(
      '',
      'google.com',
      'fb',
      'youtu.be',
      'AMAZON.de',
      'gmail',
      'claude.ai',
      'x.example',
      '(direct)',
      'aws.amazon.com',
      'sms',
      'firebase',
      'awin',
      'doubleclick.net',
      ...AD_TAGS,
    );
    const medium = fc.constantFrom(
      '',
      'CPC',
      'paid',
      'xpaid',
      'ppc',
      'retargeting',
      'organic',
      'audio',
      'sms',
      'web-push',
      'pushy',
      'a mobile',
      'my video',
      'cross-network',
      'é',
      ...Object.values(MEDIUMS).flat(),
    );
    const campaign = fc.constantFrom(
      '',
      '',
      '',
      'Shop',
      'workshop',
      'eshop',
      'éshop',
      'window-shopping',
      'a cross-network b',
      "it's",
      '\n',
    );
    const rows = fc.sample(fc.tuple(source, medium, campaign, fc.constantFrom(...CLICKS)), {
      seed: 9,
      numRuns: 20_000,
    });
    const columns = { source: 'a', medium: 'b', campaign: 'c' };
    assert.deepEqual(
      evaluate([channelSql(columns)], rows),
      rows.map(([source, medium, campaign]) => [channelOf({ source, medium, campaign })]),
    );
    const found = evaluate([channelSql({ ...columns, click: 'd' }), sourceNameSql('a', 'd')], rows);
    assert.deepEqual(
      found,
      rows.map(([source, medium, campaign, click]) => [
        channelOf({ source, medium, campaign, click }),
        sourceName(source, click),
      ]),
    );
    assert.equal(new Set(found.map(([channel]) => channel)).size, 20);
  });

  it('classify bots as in TypeScript', () => {
    const names = [...BOTS.keys()].flatMap((name) => [
      name,
      name.toUpperCase(),
      `${name}-x`,
      `${name}x`,
      `x ${name}`,
    ]);
    const rows = [...names, '', '(no user agent)', '(unnamed)', 'é', '-', ' curl', "it's"].map((name) => [
      name,
    ]);
    assert.deepEqual(
      evaluate([botOperatorSql('a'), botKindSql('a')], rows, 'LowCardinality(String)'),
      rows.map(([name = '']) => [botOperator(name), botKind(name)]),
    );
  });

  it('leave room for the rest of a statement', () => {
    const columns = { source: 'source', medium: 'utm_medium', campaign: 'utm_campaign', click: 'click' };
    const together = [
      sourceNameSql('source', 'click'),
      channelSql(columns),
      botOperatorSql('bot'),
      botKindSql('bot'),
    ].join();
    assert.ok(Buffer.byteLength(together) < LONGEST_STATEMENT / 2, `${Buffer.byteLength(together)} bytes`);
  });
});
