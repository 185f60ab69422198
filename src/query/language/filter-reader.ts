/** Filters, as they are written in the JSON of a query. */
import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { suggestion, unknownName } from '../../schema/suggestion.ts';
import {
  type Filter,
  type FilterDimension,
  NUMBER_OPERATORS,
  type NumberOperator,
  TEXT_OPERATORS,
  type TextOperator,
} from '../engine/query.ts';
import { readList, readText } from './json-values.ts';
import { LIMITS } from './limits.ts';
import { readFilterDimension, readNumberName } from './vocabulary.ts';

const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];
const LISTS = ['and', 'or'] as const;
const SINGLES = ['not', 'has_done', 'has_not_done'] as const;
const OPERATORS: readonly string[] = [...TEXT_OPERATORS, ...NUMBER_OPERATORS, ...LISTS, ...SINGLES];

/** Reads filters, and counts their conditions. */
export class FilterReader {
  readonly #goals: readonly string[] | undefined;
  #leaves = 0;
  #searches = 0;

  /** @param goals names of goals, of which `is` and `is_not` must name one; undefined if none is checked */
  constructor(goals: readonly string[] | undefined) {
    this.#goals = goals;
  }

  /**
   * Reads a list of filters.
   *
   * @param name its place in the query, for messages
   * @throws HitError `invalid` that names what is wrong
   */
  readAll(name: string, value: unknown): Filter[] {
    return this.#list(name, value, 1);
  }

  #list(name: string, value: unknown, depth: number): Filter[] {
    return readList(name, value, LIMITS.leaves).map((each, at) =>
      this.#filter(`${name}[${at}]`, each, depth),
    );
  }

  #filter(name: string, value: unknown, depth: number): Filter {
    if (depth > LIMITS.depth)
      throw new HitError('invalid', `${name} is more than ${LIMITS.depth} filters deep`);
    if (!Array.isArray(value))
      throw new HitError('invalid', `${name} is not a filter such as ["is", "country", ["DE"]]`);
    const operator = readText(`${name}[0]`, value[0]);
    if (!OPERATORS.includes(operator)) throw unknownName(`${name}: operator`, operator, OPERATORS);
    const isLeaf = isTextOperator(operator) || isNumberOperator(operator);
    if (value.length !== (isLeaf ? 3 : 2))
      throw new HitError('invalid', `${name} is not a filter such as ${exampleOf(operator)}`);
    if (isLeaf) {
      this.#leaves++;
      if (this.#leaves > LIMITS.leaves)
        throw new HitError('invalid', `filters have more than ${LIMITS.leaves} conditions`);
    }
    if (isTextOperator(operator)) return this.#texts(name, operator, value);
    if (isNumberOperator(operator))
      return [operator, readNumberName(`${name}[1]`, value[1]), [readNumber(`${name}[2]`, value[2])]];
    if (operator === 'and' || operator === 'or') {
      const filters = this.#list(`${name}[1]`, value[1], depth + 1);
      if (filters.length === 0) throw new HitError('invalid', `${name} combines no filters`);
      return [operator, filters];
    }
    return [operator as (typeof SINGLES)[number], this.#filter(`${name}[1]`, value[1], depth + 1)];
  }

  #texts(name: string, operator: TextOperator, [, dimension, list]: readonly unknown[]): Filter {
    const column = readFilterDimension(`${name}[1]`, dimension);
    const place = `${name}[2]`;
    const values = readList(place, list, LIMITS.values).map((each, at) => readText(`${place}[${at}]`, each));
    if (values.length === 0) throw new HitError('invalid', `${place} has no values`);
    // Filters that were stored by an earlier version stay readable.
    const isNew = this.#goals !== undefined;
    if (isNew && column === 'status' && operator.startsWith('is')) checkStatuses(place, values);
    if (column === 'goal' && operator.startsWith('is')) this.#checkGoals(place, values);
    if (column === 'goal') this.#searches += this.#goals?.length ?? 0;
    if (!operator.startsWith('is')) this.#searches += values.length;
    if (this.#searches > LIMITS.searches) {
      const message = `filters search for more than ${LIMITS.searches} texts and goals: use fewer, or "is"`;
      throw new HitError('invalid', message);
    }
    return [operator, column satisfies FilterDimension, values];
  }

  #checkGoals(name: string, values: readonly string[]): void {
    const goals = this.#goals;
    if (goals === undefined) return;
    const odd = values.find((value) => !goals.includes(value));
    if (odd !== undefined) throw unknownGoal(name, odd, goals);
  }
}

/** Values of `status`: no hit has another text as its status. '' is that of hits that are not from a log. */
function checkStatuses(name: string, values: readonly string[]): void {
  const at = values.findIndex((value) => !/^(?:[1-5]xx|\d{3}|)$/.test(value));
  if (at < 0) return;
  const value = values[at]!;
  const message = `${name}[${at}] "${printable(value)}" is neither a class such as 4xx nor a status such as 404`;
  throw new HitError('invalid', message + suggestion(value, STATUS_CLASSES));
}

export function unknownGoal(name: string, goal: string, goals: readonly string[]): HitError {
  if (goals.length > 0) return unknownName(name, goal, goals);
  return new HitError('invalid', `${name} "${printable(goal)}" is unknown: these sites have no goals`);
}

function readNumber(name: string, value: unknown): number {
  const [number, ...rest] = readList(name, value, 1);
  if (typeof number !== 'number' || rest.length > 0)
    throw new HitError('invalid', `${name} is not a list of one number, such as [10]`);
  if (!(Math.abs(number) <= LIMITS.number))
    throw new HitError('invalid', `${name} is not between -${LIMITS.number} and ${LIMITS.number}`);
  // JSON has no -0.
  return number + 0;
}

function isTextOperator(operator: string): operator is TextOperator {
  return (TEXT_OPERATORS as readonly string[]).includes(operator);
}

function isNumberOperator(operator: string): operator is NumberOperator {
  return (NUMBER_OPERATORS as readonly string[]).includes(operator);
}

function exampleOf(operator: string): string {
  if (isTextOperator(operator)) return `["${operator}", "country", ["DE"]]`;
  if (isNumberOperator(operator)) return `["${operator}", "visit_duration", [10]]`;
  const inner = '["is", "page", ["/pricing"]]';
  return operator === 'and' || operator === 'or'
    ? `["${operator}", [${inner}]]`
    : `["${operator}", ${inner}]`;
}
