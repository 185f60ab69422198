/** The parts of an OpenAPI document that this one needs: https://spec.openapis.org/oas/v3.1.1. */
import type { Parameters } from '../../schema/parameter.ts';
import { type Schema, TEXT } from '../../schema/schema.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, for the document of the API. Missing for routes that are nobody's API. */
    readonly operation?: Operation;
    /** The path in the document, if it says more than that of the route. */
    readonly path?: string;
  }
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: true;
  readonly description: string;
  readonly schema: Schema;
  readonly style?: 'form';
  /** Whether a list is several parameters of one name, rather than one text with commas. Default: yes. */
  readonly explode?: boolean;
  readonly example?: unknown;
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
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

export type Method = 'get' | 'post' | 'put' | 'delete';
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

export const OPEN: NonNullable<Operation['security']> = [];

/** Parameters of the query string. */
export function queryParameters(parameters: Parameters): readonly OpenApiParameter[] {
  return Object.entries(parameters).map(([name, { isRepeated, ...parameter }]) => ({
    ...{ name, in: 'query', ...parameter },
    // Of lists, the format's default is one parameter for each item.
    ...(parameter.schema.type === 'array' && !isRepeated && { style: 'form', explode: false }),
  }));
}

/** A part of the path. */
export function pathParameter(name: string, description: string, example: string): OpenApiParameter {
  return { name, in: 'path', required: true, description, schema: TEXT, example };
}

export function json<Value>(description: string, schema: Schema<Value>, example?: NoInfer<Value>): Answer {
  return {
    description,
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
  };
}

export function body<Value>(
  schema: Schema<Value>,
  example: NoInfer<Value>,
): NonNullable<Operation['requestBody']> {
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
