/** Parameters: values that come as text, in a query string or from a command line. */
import { HitError } from '../errors.ts';
import { shown } from './argument.ts';
import { faultOf } from './check.ts';
import { printable } from './printable.ts';
import type { Schema } from './schema.ts';
import { unknownName } from './suggestion.ts';

/** A parameter. Its values include undefined if it has no default. */
export interface Parameter<Value = unknown> {
  readonly schema: Schema<Value>;
  readonly description: string;
  /** Sent when the examples of the OpenAPI document are tried. */
  readonly example?: unknown;
  /** Whether a list is given item by item, as several parameters of one name; else it is one text with commas. */
  readonly isRepeated?: true;
}

/** Parameters by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** A parameter without a default. */
export function parameter<Value>(
  schema: Schema<Value>,
  description: string,
  example?: NoInfer<Value>,
): Parameter<Value | undefined> {
  return { schema, description, ...(example !== undefined && { example }) };
}

/** A parameter with a default. */
export function parameterOr<Value>(
  usual: NoInfer<Value>,
  schema: Schema<Value>,
  description: string,
  example?: NoInfer<Value>,
): Parameter<Value> {
  return {
    schema: { ...schema, default: usual },
    description,
    ...(example !== undefined && { example }),
  };
}

/** A list whose items are given one by one, as parameters of one name. */
export function repeatedParameter<Item>(
  schema: Schema<readonly Item[]>,
  description: string,
  example?: readonly NoInfer<Item>[],
): Parameter<readonly Item[] | undefined> {
  return { ...parameter(schema, description, example), isRepeated: true };
}

/**
 * Reads a parameter by its schema, unless it is repeated. A list is one text, with commas. An empty text is a missing value, except of an
 * enumeration or a switch, which have no such value.
 *
 * @param given undefined or null if it is missing
 * @throws HitError `invalid` that names the parameter and what is allowed
 */
export function readParameter<Value>(name: string, { schema }: Parameter<Value>, given: unknown): Value {
  if (given === undefined || given === null) return schema.default as Value;
  return valueFrom(name, schema, given) as Value;
}

/**
 * An optional parameter. A program may give a number, a switch or a time as such.
 *
 * @returns '' if it is missing
 * @throws HitError `invalid` if it is given more than once, or is no text
 */
export function readText(name: string, given: unknown): string {
  if (given === undefined || given === null) return '';
  if (typeof given === 'string') return given.trim();
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  if (given instanceof Date && !Number.isNaN(given.getTime())) return given.toISOString();
  if (Array.isArray(given)) throw new HitError('invalid', `${name} is given more than once`);
  throw new HitError('invalid', `${name} must be a text, not ${shown(given)}`);
}

/** @throws HitError `invalid` for a value that is not one of the choices, with their names */
export function readChoice<Choice extends string>(
  name: string,
  given: unknown,
  choices: readonly Choice[],
): Choice {
  const text = readText(name, given);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw unknownName(name, text, choices);
  return found;
}

function valueFrom(name: string, schema: Schema, given: unknown): unknown {
  if (schema.enum) return readChoice(name, given, schema.enum as string[]);
  if (schema.type === 'boolean') return readChoice(name, given, ['true', 'false']) === 'true';
  const text = readText(name, given);
  if (text === '') return schema.default;
  if (schema.type === 'integer') return integerOf(name, schema, text);
  const value =
    schema.type === 'array'
      ? text.split(',').map((item) => valueFrom(name, schema.items as Schema, item))
      : text;
  const fault = faultOf(schema, value, name);
  if (fault !== undefined) throw new HitError('invalid', fault);
  return value;
}

/** @param schema one with `minimum` and `maximum` */
function integerOf(name: string, { minimum, maximum }: Schema, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < Number(minimum) || number > Number(maximum)) {
    throw new HitError(
      'invalid',
      `${name} "${printable(text)}" is not a number from ${minimum} to ${maximum}`,
    );
  }
  return number;
}
