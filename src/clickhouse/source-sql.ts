import { BOTS, type Bot, UNKNOWN_OPERATOR } from '../source/bot.ts';
import { quote } from './literals.ts';
import { queryText } from './sql.ts';

/*
 * The list of bots as ClickHouse SQL expressions that contain it: a server that is not ours may not have the dictionaries, and
 * bound parameters are sent in a request's URL, which has no room for them. Names of sources and channels of visits are looked
 * up otherwise: see query/engine/names.ts.
 */

/** `botOperator` in SQL. @param bot expression of a bot's name */
export function botOperatorSql(bot: string): string {
  return botSql(bot, ({ operator }) => operator, UNKNOWN_OPERATOR);
}

/** `botKind` in SQL. @param bot expression of a bot's name */
export function botKindSql(bot: string): string {
  return botSql(bot, ({ kind }) => kind, 'other');
}

function botSql(bot: string, value: (bot: Bot) => string, otherwise: string): string {
  const values = list([...BOTS.values()].map(value));
  return queryText('bot_value', { bot, names: list(BOTS.keys()), values, otherwise });
}

/** A constant array. */
function list(texts: Iterable<string>): string {
  return `[${Array.from(texts, quote).join(', ')}]`;
}
