import { COUNT, described, object, TEXT } from '../../schema/schema.ts';
import type { Paths } from './operation.ts';

const TAGS = [
  {
    name: 'Collect',
    description: 'Open to everyone, up to a rate limit per address. A 2xx means that the hit is durable.',
  },
  {
    name: 'Ask',
    description:
      'Requires a token for reading, unless the server runs with --public. Times are ISO 8601 UTC; `from` is inclusive, `to` exclusive.',
  },
  { name: 'Administer', description: 'Requires the admin token, or a signed-in browser.' },
  { name: 'Show', description: 'Open to everyone.' },
  { name: 'Watch', description: 'For operators.' },
];

const PROBLEM = described(
  object({ type: TEXT, title: TEXT, status: COUNT, code: TEXT, detail: TEXT }),
  'An error as defined by RFC 9457; `code` is stable.',
);

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
 * @param paths of all routes
 */
export function openApiDocument(version: string, paths: Paths): OpenApiDocument {
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
    tags: TAGS,
    security: [{ token: [] }, { session: [] }],
    paths: byTag(paths),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'the admin token, printed at startup, or an API token',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'hit_admin',
          description: 'the cookie of a signed-in browser',
        },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

/** Paths in the order of their tags. */
function byTag(paths: Paths): Paths {
  const place = (methods: Paths[string]) => {
    const [operation] = Object.values(methods);
    return TAGS.findIndex(({ name }) => operation?.tags.includes(name));
  };
  return Object.fromEntries(Object.entries(paths).sort(([, a], [, b]) => place(a) - place(b)));
}
