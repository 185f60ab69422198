import { ADMINISTERING } from './admin.ts';
import { COLLECTING } from './collect.ts';
import { TAKING } from './export.ts';
import { WATCHING } from './monitoring.ts';
import { COUNT, object, type Paths, TEXT } from './operation.ts';
import { SHOWING } from './public.ts';
import { READING } from './query.ts';

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly [name: string]: unknown };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly [name: string]: unknown;
}

/**
 * The OpenAPI document of the whole server. A test runs its examples, and checks that each of its paths has a route and
 * each route a path.
 *
 * @param version the program's
 */
export function openApiDocument(version: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Hit Tracker',
      version,
      summary:
        'Counts hits and unique visitors: all time, over any period, and over any window that ends this second.',
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      {
        name: 'Collect',
        description: 'Open to everybody, up to a rate for each address. A 2xx means that the hit is durable.',
      },
      {
        name: 'Ask',
        description:
          'With a token that may read, unless the server runs with --public. Times are ISO 8601 UTC; `from` is included, `to` is not.',
      },
      { name: 'Administer', description: 'With the admin token, or in a browser that is signed in.' },
      { name: 'Show', description: 'For everybody.' },
      { name: 'Watch', description: 'For those who run it.' },
    ],
    security: [{ token: [] }, { session: [] }],
    paths: { ...COLLECTING, ...READING, ...TAKING, ...ADMINISTERING, ...SHOWING, ...WATCHING },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'printed at the start, or made for others' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'hit_admin',
          description: 'of a browser that is signed in',
        },
      },
      schemas: {
        Problem: {
          ...object({ type: TEXT, title: TEXT, status: COUNT, code: TEXT, detail: TEXT }),
          description: 'A fault, as RFC 9457 has it; `code` is stable.',
        },
      },
    },
  };
}
