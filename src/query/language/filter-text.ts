/**
 * Filters as text, for the command line: `source is Google, Bing and not (page matches /blog/* or visit_duration < 10)`.
 *
 * - A condition is a dimension, one of `is is_not contains contains_not matches matches_not`, and values with commas between
 *   them; or a number, one of `> >= < <=`, and a number.
 * - `not`, `has_done` and `has_not_done` stand before a filter; `and` binds closer than `or`; parentheses group.
 * - Texts with spaces, or with any of `( ) , < >`, are quoted as in JSON. `""` is the empty text, for
 *   unknown values.
 */
import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import type { Filter, NumberOperator } from '../engine/query.ts';
import { LIMITS } from './limits.ts';

const SIGNS: Readonly<Record<NumberOperator, string>> = {
  greater: '>',
  at_least: '>=',
  less: '<',
  at_most: '<=',
};
const OPERATORS = new Map(Object.entries(SIGNS).map(([operator, sign]) => [sign, operator]));
const NUMBER_OPERATORS = Object.keys(SIGNS);
const PREFIXES = ['not', 'has_done', 'has_not_done'];
const KEYWORDS = ['and', 'or', ...PREFIXES];
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([(),]|>=|<=|>|<)|([^\s(),<>"]+)|(\S))/gsy;
const PLAIN = /^[^\s(),<>"]+$/;

interface Token {
  readonly text: string;
  readonly kind: 'quoted' | 'sign' | 'word';
}

/**
 * Parses the text of a filter. Names and operators are checked by `FilterReader`.
 *
 * @returns the filter as JSON
 * @throws HitError `invalid` for malformed text
 */
export function parseFilter(text: string): unknown {
  return new Parser(text).whole();
}

/**
 * A filter as text, which `parseFilter` reads again; of a combination of one filter, that filter.
 *
 * @example
 * filterText(['is_not', 'source', ['Google', 'a b']]); // 'source is_not Google, "a b"'
 */
export function filterText(filter: Filter): string {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1]
        .map((each) => (filter[1].length === 1 ? filterText(each) : grouped(each)))
        .join(` ${filter[0]} `);
    case 'not':
    case 'has_done':
    case 'has_not_done':
      return `${filter[0]} ${grouped(filter[1])}`;
    case 'greater':
    case 'at_least':
    case 'less':
    case 'at_most':
      return `${word(filter[1])} ${SIGNS[filter[0]]} ${filter[2][0]}`;
    default:
      return `${word(filter[1])} ${filter[0]} ${filter[2].map(word).join(', ')}`;
  }
}

function grouped(filter: Filter): string {
  const isCombined = (filter[0] === 'and' || filter[0] === 'or') && filter[1].length > 1;
  if (isCombined) return `(${filterText(filter)})`;
  return filter[0] === 'and' || filter[0] === 'or' ? grouped(filter[1][0]!) : filterText(filter);
}

function word(text: string): string {
  return PLAIN.test(text) && !KEYWORDS.includes(text) ? text : JSON.stringify(text);
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = Array.from(text.trim().matchAll(TOKEN), ([, quoted, sign, plain, odd]) => {
      if (odd !== undefined) throw this.#fault('has an unclosed quote');
      if (quoted !== undefined) return { kind: 'quoted', text: this.#unquoted(quoted) };
      return sign === undefined ? { kind: 'word', text: plain! } : { kind: 'sign', text: sign };
    });
  }

  whole(): unknown {
    const filter = this.#either();
    const rest = this.#tokens[this.#at];
    if (rest)
      throw this.#fault(
        `has "${printable(rest.text)}" where "and", "or" or the end is expected: quote texts with spaces`,
      );
    return filter;
  }

  #either(): unknown {
    return this.#list('or', () => this.#list('and', () => this.#single()));
  }

  #list(keyword: string, read: () => unknown): unknown {
    const filters = [read()];
    while (this.#takes('word', keyword)) filters.push(read());
    return filters.length === 1 ? filters[0] : [keyword, filters];
  }

  #single(): unknown {
    if (++this.#depth > LIMITS.leaves) throw this.#fault('is nested too deeply');
    try {
      const prefix = PREFIXES.find((each) => this.#takes('word', each));
      if (prefix !== undefined) return [prefix, this.#single()];
      if (!this.#takes('sign', '(')) return this.#condition();
      const filter = this.#either();
      if (!this.#takes('sign', ')')) throw this.#fault('lacks a closing parenthesis');
      return filter;
    } finally {
      this.#depth--;
    }
  }

  #condition(): unknown {
    const name = this.#value('the name of a dimension or a number');
    const token = this.#tokens[this.#at++];
    if (!token || token.kind === 'quoted')
      throw this.#fault(`lacks an operator after "${printable(name)}", such as is or >`);
    if (['is', 'contains', 'matches'].includes(token.text) && this.#takes('word', 'not'))
      throw this.#fault(`has "${token.text} not": write ${token.text}_not`);
    const operator = OPERATORS.get(token.text) ?? token.text;
    const first = this.#value(`a value after "${printable(token.text)}"`);
    if (NUMBER_OPERATORS.includes(operator)) return [operator, name, [this.#number(first)]];
    const values = [first];
    while (this.#takes('sign', ',')) values.push(this.#value('a value after ","'));
    return [operator, name, values];
  }

  #number(text: string): number {
    const number = Number(text);
    if (text.trim() === '' || Number.isNaN(number))
      throw this.#fault(`has "${printable(text)}" where a number is expected`);
    return number;
  }

  #value(wanted: string): string {
    const token = this.#tokens[this.#at++];
    const isKeyword = token?.kind === 'word' && KEYWORDS.includes(token.text);
    if (!token || token.kind === 'sign' || isKeyword) throw this.#fault(`lacks ${wanted}`);
    return token.text;
  }

  #takes(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #unquoted(text: string): string {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.#fault(`has ${printable(text)}, which is not a valid JSON string`);
    }
  }

  #fault(what: string): HitError {
    return new HitError('invalid', `filter "${printable(this.#text)}" ${what}`);
  }
}
