/** The parts of an OpenAPI document that this one needs: https://spec.openapis.org/oas/v3.1.1. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: true;
  readonly description: string;
  readonly schema: Schema;
  readonly example?: string;
}

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  /** Empty: open to everybody. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

export type Method = 'get' | 'post' | 'put' | 'delete';
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

export const OPEN: NonNullable<Operation['security']> = [];

export const TEXT: Schema = { type: 'string' };
export const COUNT: Schema = { type: 'integer', minimum: 0 };
export const TIME: Schema = { type: 'string', format: 'date-time' };
export const NUMBER: Schema = { type: 'number' };

/** An object with these members, all of them required except those in `optional`. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

export function choice(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

/** @param example is sent when the document's examples are tried */
export function query(name: string, description: string, schema: Schema = TEXT, example?: string): Parameter {
  return { name, in: 'query', description, schema, ...(example !== undefined && { example }) };
}

export function part(name: string, description: string, example: string): Parameter {
  return { name, in: 'path', required: true, description, schema: TEXT, example };
}

export function json(description: string, schema: Schema, example?: unknown): Answer {
  return {
    description,
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
  };
}

export function body(schema: Schema, example: unknown): NonNullable<Operation['requestBody']> {
  return { required: true, content: { 'application/json': { schema, example } } };
}

export function empty(description: string): Answer {
  return { description };
}

export function other(description: string, type: string): Answer {
  return { description, content: { [type]: { schema: TEXT } } };
}

/** An error: RFC 9457. */
export function problem(description: string): Answer {
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
