/**
 * The values of dimensions, as SQL over a hit `h` and its visit `v`.
 *
 * A value of a visit is that of its first hit, whatever later hits say. Names that come from lists (`source`, `channel`,
 * `bot_operator`, `bot_kind`) are looked up when a query is answered, so that better lists correct the past.
 */

import { botKindSql, botOperatorSql } from '../../clickhouse/source-sql.ts';
import { queryText } from '../../clickhouse/sql.ts';
import type { Bindings } from './bindings.ts';
import { isNamed, type Names } from './names.ts';
import type { Dimension, FilterDimension, Interval, VisitDimension } from './query.ts';
import { VISIT_DIMENSIONS } from './query.ts';

/** SQL of the class of a request: '' for an event. */
const CLASS = queryText('request_class', { of: 'h.' }).trim();

/** What the rows of a statement's source are. `visit`: only `v` may be referenced. */
export type RowKind = 'hit' | 'visit' | 'both';

export function isOfVisit(dimension: string): dimension is VisitDimension {
  return (VISIT_DIMENSIONS as readonly string[]).includes(dimension);
}

/** The interval of a time dimension; undefined for others. */
export function intervalOf(dimension: Dimension): Interval | undefined {
  return dimension.startsWith('time:') ? (dimension.slice('time:'.length) as Interval) : undefined;
}

/** Whether a dimension needs the hit, and not only its visit. */
export function isOfHit(dimension: Dimension): boolean {
  return !isOfVisit(dimension) && dimension !== 'site' && intervalOf(dimension) === undefined;
}

export function propOf(dimension: string): string | undefined {
  return dimension.startsWith('prop:') ? dimension.slice('prop:'.length) : undefined;
}

/** SQL of a dimension's value. `goal` has none: a hit may convert several. */
export function columnSql(
  dimension: Exclude<FilterDimension, 'goal'>,
  { bind, row, names }: { readonly bind: Bindings; readonly row: RowKind; readonly names: Names },
): string {
  if (isNamed(dimension)) return names.at(dimension, names.place(dimension));
  if (isOfVisit(dimension)) return `v.${dimension}`;
  switch (dimension) {
    case 'site':
      return row === 'visit' ? 'v.site' : 'h.site';
    case 'page':
      return 'h.path';
    case 'event':
      return 'h.name';
    case 'class':
      return CLASS;
    case 'status':
      return "if(h.status = 0, '', toString(h.status))";
    case 'hostname':
    case 'method':
    case 'bot':
      return `h.${dimension}`;
    case 'bot_operator':
      return botOperatorSql('h.bot');
    case 'bot_kind':
      return botKindSql('h.bot');
    default:
      return propSql(dimension.slice('prop:'.length), bind);
  }
}

/** SQL of a property: a string as it is, another value as JSON, '' if it is missing. */
export function propSql(name: string, bind: Bindings): string {
  const key = bind.text(name);
  return `if(JSONType(h.props, ${key}) = 'String', JSONExtractString(h.props, ${key}), JSONExtractRaw(h.props, ${key}))`;
}

/** SQL of a property as a number: a JSON number, or a string that is a plain decimal; else NULL. */
export function propNumberSql(name: string, bind: Bindings): string {
  const value = propSql(name, bind);
  const isNumber = `JSONType(h.props, ${bind.text(name)}) IN ('Int64', 'UInt64', 'Double')`;
  return `if(${isNumber} OR match(${value}, '^-?[0-9]+([.][0-9]+)?$'), toFloat64OrNull(${value}), NULL)`;
}
