import { BOTS, type Bot, UNKNOWN_OPERATOR } from '../source/bot.ts';
import { MEDIUMS, SHOP } from '../source/channel.ts';
import { CLICK_IDS } from '../source/click-id.ts';
import { AD_TAGS, SOURCE_OF_KEY, SOURCES } from '../source/source-list.ts';
import { quote } from './literals.ts';
import { queryText } from './sql.ts';

/*
 * The lists of `source/` as ClickHouse SQL expressions that contain the lists: a server that is not ours may not have the
 * dictionaries, and bound parameters are sent in a request's URL, which has no room for them. They take 27 KiB of
 * the 256 KiB that a statement may have.
 *
 * A host is found by a hash lookup of the few keys that it has (`source/host-keys.ts`). Over 10 million hits of 10,000
 * sources (`bench/source-names.ts`, CPU milliseconds), a ranking by the source itself takes 674, by name 778,
 * and with a regular expression for each listed host 1,051; a CASE with one expression per source would also
 * have no order in which mail.google.com is Gmail. These name groups. Naming each hit takes 2,557: a LowCardinality
 * column does not help, since the engine drops its dictionary if an expression combines two of them. So group first:
 *
 *   SELECT name, sum(hits), uniqCombined64Merge(visitors) FROM (
 *     SELECT <sourceNameSql('source')> AS name, hits, visitors FROM (
 *       SELECT source, count() AS hits, uniqCombined64State(visitor) AS visitors FROM hits GROUP BY source
 *     )
 *   ) GROUP BY name
 *
 * A filter first collects the sources of a name, as an array: the engine pushes a condition below DISTINCT and GROUP BY, to
 * each hit. That takes 1,253 instead of 2,298:
 *
 *   source IN (SELECT text FROM (SELECT arrayJoin(groupUniqArray(source)) AS text FROM hits)
 *     WHERE <sourceNameSql('text')> IN ('Google'))
 *
 * In one scope, an expression may be used several times for the same columns, but not for different ones: it has aliases.
 */

/**
 * `sourceName` in SQL.
 *
 * @param source expression of a hit's stored source
 * @param click expression of a click id's parameter, if hits have one
 */
export function sourceNameSql(source: string, click = "''"): string {
  return queryText('source_name', {
    source,
    click,
    keys: list(SOURCE_OF_KEY.keys()),
    names: list([...SOURCE_OF_KEY.values()].map(({ name }) => name)),
    clicks: list(CLICK_IDS.map(({ parameter }) => parameter)),
    click_sources: CLICK_SOURCES,
  });
}

/** The name of a source with a click id. @param name expression of its name without one */
export function clickNameSql(name: string, click: string): string {
  const clicks = list(CLICK_IDS.map(({ parameter }) => parameter));
  return `if(${name} = 'Direct', transform(${click}, ${clicks}, ${CLICK_SOURCES}, ${name}), ${name})`;
}

/** `channelOf` in SQL. The parameters are expressions of the fields of an `Acquisition`. */
export function channelSql(columns: {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly click?: string;
  /** The column with the name of the source, if there is one, which makes the statement shorter. */
  readonly name?: string;
}): string {
  const { name, ...fields } = columns;
  return queryText('channel', {
    click: "''",
    ...fields,
    source_listed: name ?? sourceNameSql(columns.source),
    listed: list(SOURCES.map(({ name }) => name)),
    categories: list(SOURCES.map(({ category }) => category)),
    clicks: list(CLICK_IDS.map(({ parameter }) => parameter)),
    click_categories: list(CLICK_IDS.map(({ category }) => category)),
    paid_clicks: list(CLICK_IDS.filter(({ use }) => use === 'paid').map(({ parameter }) => parameter)),
    ad_tags: list(AD_TAGS),
    shop: SHOP,
    ...Object.fromEntries(Object.entries(MEDIUMS).map(([kind, mediums]) => [kind, list(mediums)])),
  });
}

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

const CLICK_SOURCES = list(CLICK_IDS.map((click) => click.source || click.parameter));
