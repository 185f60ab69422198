import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Session } from 'chdb';
import { BOTS, botKind, botOperator } from '../source/bot.ts';
import { quote } from './literals.ts';
import { botKindSql, botOperatorSql } from './source-sql.ts';

/** The engine's limit for a whole statement. */
const LONGEST_STATEMENT = 256 * 1024;

describe('the list of bots, applied in the store', () => {
  let engine: Session;
  before(() => {
    engine = new Session();
  });
  after(() => engine.close());

  it('classifies bots as in TypeScript', () => {
    const names = [...BOTS.keys()].flatMap((name) => [
      name,
      name.toUpperCase(),
      `${name}-x`,
      `${name}x`,
      `x ${name}`,
    ]);
    const bots = [...names, '', '(no user agent)', '(unnamed)', 'é', '-', ' curl', "it's"];
    engine.query('CREATE TABLE bots (i UInt32, bot LowCardinality(String)) ENGINE = Memory');
    engine.query(`INSERT INTO bots VALUES ${bots.map((bot, i) => `(${i}, ${quote(bot)})`).join(', ')}`);
    const found = engine.query(
      `SELECT toString(${botOperatorSql('bot')}), toString(${botKindSql('bot')}) FROM bots ORDER BY i`,
      'JSONCompactEachRow',
    );
    assert.deepEqual(
      found
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      bots.map((bot) => [botOperator(bot), botKind(bot)]),
    );
  });

  it('leaves room for the rest of a statement', () => {
    const bytes = Buffer.byteLength(botOperatorSql('bot') + botKindSql('bot'));
    assert.ok(bytes < LONGEST_STATEMENT / 4, `${bytes} bytes`);
  });
});
