/**
 * Schemas: what a value of a request or an answer looks like.
 *
 * A schema is plain JSON Schema (2020-12). It is written once, and yields the TypeScript type of its values (`Static`),
 * the check of values that come in (`check.ts`, `parameter.ts`), and its part of the OpenAPI document.
 *
 * The builders are our own because libraries cost too much at each start, in every process and collector thread:
 * importing TypeBox 1.4 takes 110 ms and 22 MB, zod 4 takes 60 ms and 19 MB, and a command starts in 400 ms. Valibot
 * takes 5 ms, but needs a second package for JSON Schema.
 */

declare const VALUE: unique symbol;

/** A JSON Schema whose values have a known type. */
export interface Schema<Value = unknown> {
  /** Never present: tells the compiler the type of values. */
  readonly [VALUE]?: Value;
  readonly [keyword: string]: unknown;
}

/** The type of a schema's values. */
export type Static<Of> = Of extends Schema<infer Value> ? Value : never;

type Properties = Readonly<Record<string, Schema>>;
type None = Readonly<Record<never, never>>;
/** Mapped property by property, so that comments on them are shown for the type too. */
type ObjectOf<Required extends Properties, Optional> = Flat<
  { readonly [Name in keyof Required]: Static<Required[Name]> } & {
    readonly [Name in keyof Optional]?: Static<Optional[Name]>;
  }
>;
type Flat<Type> = { [Name in keyof Type]: Type[Name] };

export const TEXT: Schema<string> = { type: 'string' };
export const NUMBER: Schema<number> = { type: 'number' };
export const COUNT: Schema<number> = { type: 'integer', minimum: 0 };
export const BOOLEAN: Schema<boolean> = { type: 'boolean' };
/** ISO 8601 with an offset. */
export const TIME: Schema<string> = { type: 'string', format: 'date-time' };

export function choice<const Choice extends string>(choices: readonly Choice[]): Schema<Choice> {
  return { type: 'string', enum: choices };
}

/** Text that a regular expression matches. It is to mean the same in other languages: no `\d`, and no flags. */
export function matching(pattern: RegExp): Schema<string> {
  return { type: 'string', pattern: pattern.source };
}

/** Text of at most so many characters. */
export function textUpTo(maxLength: number): Schema<string> {
  return { type: 'string', maxLength };
}

/** A whole number of a range, ends included. */
export function integer(minimum: number, maximum: number): Schema<number> {
  return { type: 'integer', minimum, maximum };
}

export function list<Item>(items: Schema<Item>, maxItems?: number): Schema<readonly Item[]> {
  return { type: 'array', items, ...(maxItems !== undefined && { maxItems }) };
}

/**
 * An object with these members. Others are allowed, and ignored.
 *
 * @example
 * const TOKEN = object({ name: TEXT, scope: choice(['read', 'write']) }, { used: TIME });
 * type Token = Static<typeof TOKEN>; // { readonly name: string; readonly scope: 'read' | 'write'; readonly used?: string }
 */
export function object<Required extends Properties, Optional extends Properties = None>(
  required: Required,
  optional?: Optional,
): Schema<ObjectOf<Required, Optional>> {
  const names = Object.keys(required);
  return {
    type: 'object',
    properties: { ...required, ...optional },
    ...(names.length > 0 && { required: names }),
  };
}

/** An object with the members of another one, and more. */
export function extended<Value, More extends Properties>(
  base: Schema<Value>,
  more: More,
): Schema<Flat<Value & ObjectOf<More, None>>> {
  const keywords: Readonly<Record<string, unknown>> = base;
  return {
    ...keywords,
    properties: { ...(base.properties as Properties), ...more },
    required: [...((base.required ?? []) as string[]), ...Object.keys(more)],
  };
}

/** An object with members of any name. */
export function record<Value>(values: Schema<Value>): Schema<Readonly<Record<string, Value>>> {
  return { type: 'object', additionalProperties: values };
}

/** An object whose members have some of these names. */
export function partialRecord<Name extends string, Value>(
  names: readonly Name[],
  values: Schema<Value>,
): Schema<Readonly<Partial<Record<Name, Value>>>> {
  return { type: 'object', propertyNames: { enum: names }, additionalProperties: values };
}

/** @param schema one with a `type` */
export function nullable<Value>(schema: Schema<Value>): Schema<Value | null> {
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
  };
}

export function either<Schemas extends readonly Schema[]>(
  ...schemas: Schemas
): Schema<Static<Schemas[number]>> {
  return { anyOf: schemas };
}

/** The same schema with a description for readers. */
export function described<Value>(schema: Schema<Value>, description: string): Schema<Value> {
  return { ...schema, description };
}
