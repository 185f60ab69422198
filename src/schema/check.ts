import { HitError } from '../errors.ts';
import { printable } from './printable.ts';
import type { Schema } from './schema.ts';
import { unknownName } from './suggestion.ts';

/** What the check of each type requires, and what it says otherwise. */
const TYPES: Readonly<Record<string, { is: (value: unknown) => boolean; fault: string }>> = {
  string: { is: (value) => typeof value === 'string', fault: 'is not a string' },
  number: { is: (value) => typeof value === 'number', fault: 'is not a number' },
  integer: { is: Number.isInteger, fault: 'is not a whole number' },
  boolean: { is: (value) => typeof value === 'boolean', fault: 'is neither true nor false' },
  array: { is: Array.isArray, fault: 'is not a list' },
  object: {
    is: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    fault: 'is not an object',
  },
  null: { is: (value) => value === null, fault: 'is not null' },
};

/**
 * Checks a JSON value against a schema. Formats and descriptions are for people; all other keywords of `schema.ts`
 * are checked.
 *
 * @param name how the message names the value
 * @returns what is wrong, as one line; undefined if nothing is
 * @example
 * faultOf(object({ scope: choice(['read', 'write']) }), { scope: 'all' }, 'the body');
 * // 'scope "all" is unknown: use read, write'
 */
export function faultOf(schema: Schema, value: unknown, name: string): string | undefined {
  if (Array.isArray(schema.anyOf)) {
    const faults = (schema.anyOf as Schema[]).map((each) => faultOf(each, value, name));
    if (!faults.includes(undefined)) return faults[0];
  }
  const types = [schema.type ?? []].flat() as string[];
  if (types.length > 0 && !types.some((type) => TYPES[type]!.is(value))) {
    return `${name} ${TYPES[types[0]!]!.fault}`;
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return unknownName(
      name,
      String(value),
      schema.enum.filter((each) => each !== null),
    ).message;
  }
  if (typeof value === 'string') return textFault(schema, value, name);
  if (typeof value === 'number') return numberFault(schema, value, name);
  if (Array.isArray(value)) return itemFault(schema, value, name);
  return typeof value === 'object' && value !== null
    ? memberFault(schema, value as Readonly<Record<string, unknown>>)
    : undefined;
}

/**
 * Reads the body of a request.
 *
 * @param example a body that is right, for the message
 * @throws HitError `invalid`
 */
export function readBody<Value>(schema: Schema<Value>, body: unknown, example: Value): Value {
  const fault = faultOf(schema, body, 'the body');
  if (fault === undefined) return body as Value;
  throw new HitError('invalid', `the body does not match ${JSON.stringify(example)}: ${fault}`);
}

function textFault({ maxLength, pattern }: Schema, text: string, name: string): string | undefined {
  // JSON Schema counts characters, not UTF-16 units.
  if (typeof maxLength === 'number' && text.length > maxLength) {
    const length = Array.from(text).length;
    if (length > maxLength) return `${name} has ${length} characters, ${maxLength} are allowed`;
  }
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(text)) {
    return `${name} "${printable(text)}" is not as it should be`;
  }
  return undefined;
}

function numberFault({ minimum, maximum }: Schema, number: number, name: string): string | undefined {
  if (typeof minimum === 'number' && number < minimum) return `${name} is less than ${minimum}`;
  if (typeof maximum === 'number' && number > maximum) return `${name} is more than ${maximum}`;
  return undefined;
}

function itemFault({ items, maxItems }: Schema, list: readonly unknown[], name: string): string | undefined {
  if (typeof maxItems === 'number' && list.length > maxItems) {
    return `${name} has ${list.length} values, ${maxItems} are allowed`;
  }
  if (items === undefined) return undefined;
  for (const [index, item] of list.entries()) {
    const fault = faultOf(items as Schema, item, `${name}[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function memberFault(schema: Schema, members: Readonly<Record<string, unknown>>): string | undefined {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const { additionalProperties, propertyNames } = schema;
  for (const name of (schema.required ?? []) as string[]) {
    if (!Object.hasOwn(members, name)) return `${name} is missing`;
  }
  for (const [name, value] of Object.entries(members)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : (additionalProperties as Schema);
    const fault =
      (propertyNames === undefined ? undefined : faultOf(propertyNames as Schema, name, 'the name')) ??
      (own === undefined ? undefined : faultOf(own, value, printable(name)));
    if (fault !== undefined) return fault;
  }
  return undefined;
}
