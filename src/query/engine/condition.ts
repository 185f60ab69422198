/**
 * Filters as SQL. A filter is evaluated for a hit `h` in its visit `v`: a condition on a dimension or number of the visit
 * tests the visit, and any other condition tests the hit. So a tree of `and`, `or` and `not` is true or false for each hit,
 * and a visit matches if one of its hits does.
 *
 * Users cannot write regular expressions: a pattern becomes a search for its parts, in time linear in the text.
 */
import { sourceName } from '../../source/source-name.ts';
import type { Bindings } from './bindings.ts';
import { columnSql, isOfHit, isOfVisit, propNumberSql, type RowKind } from './column.ts';
import { isNamed, type Names } from './names.ts';
import type { Filter, FilterDimension, NumberName, NumberOperator, TextOperator } from './query.ts';
import { VISIT_NUMBERS } from './query.ts';

/** What conditions need of the statement that they are part of. */
export interface ConditionContext {
  readonly bind: Bindings;
  readonly row: RowKind;
  readonly names: Names;
  /** SQL: whether the hit converts a goal with one of these names. */
  goalSql(names: (sql: string) => string): string;
  /** SQL of a table of the persons who have a hit in the period that matches. */
  personsSql(filter: Filter): string;
}

const COMPARISONS: Readonly<Record<NumberOperator, string>> = {
  greater: '>',
  at_least: '>=',
  less: '<',
  at_most: '<=',
};

/** SQL of a person: one visitor of one site. */
export function personSql(alias: 'h' | 'v'): string {
  return `bitXor(cityHash64(${alias}.site), ${alias}.visitor)`;
}

/** All filters, combined with AND. */
export function allSql(filters: readonly Filter[], context: ConditionContext): string {
  return filters.length === 0
    ? 'true'
    : filters.map((filter) => `(${filterSql(filter, context)})`).join(' AND ');
}

function filterSql(filter: Filter, context: ConditionContext): string {
  switch (filter[0]) {
    case 'and':
      return allSql(filter[1], context);
    case 'or':
      return filter[1].length === 0
        ? 'false'
        : filter[1].map((each) => `(${filterSql(each, context)})`).join(' OR ');
    case 'not':
      return `NOT (${filterSql(filter[1], context)})`;
    case 'has_done':
    case 'has_not_done': {
      const person = personSql(context.row === 'visit' ? 'v' : 'h');
      const not = filter[0] === 'has_done' ? '' : 'NOT ';
      return `${person} ${not}IN (${context.personsSql(filter[1])})`;
    }
    case 'greater':
    case 'at_least':
    case 'less':
    case 'at_most':
      return numberSql(filter[0], filter[1], filter[2][0], context.bind);
    default:
      return textSql(filter[0], filter[1], filter[2], context);
  }
}

/** Whether a filter needs the hit, and not only its visit. */
export function needsHit(filter: Filter): boolean {
  return leaves(filter).some(
    (name) =>
      name === 'value' ||
      name.startsWith('prop:') ||
      (!isVisitNumber(name) && isOfHit(name as FilterDimension)),
  );
}

/** Whether a filter needs the visit of a hit. */
export function needsVisit(filter: Filter): boolean {
  return leaves(filter).some((name) => isVisitNumber(name) || isOfVisit(name));
}

/** Whether a filter names the goals of a hit, outside `has_done`. */
export function namesGoals(filter: Filter): boolean {
  return leaves(filter).includes('goal');
}

/** Dimensions and numbers of a filter, outside `has_done`, which is about the visitor. */
export function leaves(filter: Filter): string[] {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].flatMap(leaves);
    case 'not':
      return leaves(filter[1]);
    case 'has_done':
    case 'has_not_done':
      return [];
    default:
      return [filter[1]];
  }
}

/** Whether a filter contains `has_done` or `has_not_done`, at any depth. */
export function mentionsPersons(filter: Filter): boolean {
  return personFilters(filter).length > 0;
}

/** The filters within `has_done` and `has_not_done`, at any depth. */
export function personFilters(filter: Filter): Filter[] {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].flatMap(personFilters);
    case 'not':
      return personFilters(filter[1]);
    case 'has_done':
    case 'has_not_done':
      return [filter[1], ...personFilters(filter[1])];
    default:
      return [];
  }
}

/** Whether a filter names goals, at any depth, also within `has_done`. */
export function mentionsGoals(filter: Filter): boolean {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].some(mentionsGoals);
    case 'not':
    case 'has_done':
    case 'has_not_done':
      return mentionsGoals(filter[1]);
    default:
      return filter[1] === 'goal';
  }
}

function isVisitNumber(name: string): boolean {
  return (VISIT_NUMBERS as readonly string[]).includes(name);
}

function textSql(
  operator: TextOperator,
  dimension: FilterDimension,
  values: readonly string[],
  context: ConditionContext,
): string {
  const { bind } = context;
  const isNegated = operator.endsWith('_not');
  const positive = operator.replace('_not', '') as 'is' | 'contains' | 'matches';
  // `google` or `t.co` means the source with the familiar name.
  const isOfSource = dimension === 'source' && positive === 'is';
  const meant = isOfSource ? values.map((value) => sourceName(value)) : values;
  const match = (column: string) => anyOf(meant, positive, column, dimension, bind);
  const condition = conditionOn(dimension, match, context);
  return isNegated ? `NOT (${condition})` : condition;
}

function conditionOn(
  dimension: FilterDimension,
  match: (column: string) => string,
  context: ConditionContext,
): string {
  if (dimension === 'goal') return context.goalSql(match);
  if (isNamed(dimension)) return context.names.passes(dimension, match);
  return match(columnSql(dimension, context));
}

function anyOf(
  values: readonly string[],
  operator: 'is' | 'contains' | 'matches',
  column: string,
  dimension: FilterDimension,
  bind: Bindings,
): string {
  if (values.length === 0) return 'false';
  if (operator === 'contains')
    return orOf(values.map((value) => `position(${column}, ${bind.text(value)}) > 0`));
  if (operator === 'matches') return orOf(values.map((value) => patternSql(column, value, bind)));
  const classes = dimension === 'status' ? values.filter((value) => /^\dxx$/.test(value)) : [];
  const plain = values.filter((value) => !classes.includes(value));
  return orOf([
    ...(plain.length > 0 ? [`${column} IN ${bind.texts(plain)}`] : []),
    ...classes.map((value) => `(length(${column}) = 3 AND startsWith(${column}, ${bind.text(value[0]!)}))`),
  ]);
}

function orOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(' OR ')})`;
}

/** SQL: whether a text matches a pattern. `*` is any text, `\` before `*` or `\` means that character. */
export function patternSql(column: string, pattern: string, bind: Bindings): string {
  const parts = partsOf(pattern);
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return `${column} = ${bind.text(first)}`;
  const last = rest.at(-1)!;
  if (rest.length === 1 && last === '')
    return first === '' ? 'true' : `startsWith(${column}, ${bind.text(first)})`;
  return `${column} LIKE ${bind.text(parts.map((part) => part.replaceAll(/[\\%_]/g, '\\$&')).join('%'))}`;
}

/** The parts of a pattern between its `*`. */
function partsOf(pattern: string): string[] {
  const parts = [''];
  for (const [token] of pattern.matchAll(/\\[*\\]|./gs)) {
    if (token === '*') {
      if (parts.length === 1 || parts.at(-1) !== '') parts.push('');
    } else parts[parts.length - 1] += token.length === 2 ? token[1]! : token;
  }
  return parts;
}

function numberSql(operator: NumberOperator, name: NumberName, than: number, bind: Bindings): string {
  const sign = COMPARISONS[operator];
  switch (name) {
    case 'visit_duration':
      return `v.duration / 1000 ${sign} ${bind.number(than)}`;
    case 'visit_pageviews':
    case 'visit_events':
    case 'visit_hits':
      return `v.${name.slice('visit_'.length)} ${sign} ${bind.number(than)}`;
    case 'scroll_depth':
      return `(v.scroll >= 0 AND v.scroll ${sign} ${bind.number(than)})`;
    case 'value':
      // A value of 0 without a currency is stored like none.
      return `((h.currency != '' OR h.value != 0) AND h.value ${sign} ${bind.decimal(String(than))})`;
    default: {
      const number = propNumberSql(name.slice('prop:'.length), bind);
      return `ifNull(${number} ${sign} ${bind.number(than)}, false)`;
    }
  }
}
