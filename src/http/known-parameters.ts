import type { FastifyInstance } from 'fastify';
import { HitError } from '../errors.ts';
import { unknownName } from '../schema/suggestion.ts';
import type { Operation } from './openapi/operation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Names of parameters that the route reads besides those of its operation. */
    readonly accepts?: readonly string[];
  }
}

/**
 * Refuses parameters that a route of the API does not read: a misspelt filter would otherwise be answered as if there were none,
 * with numbers of the whole world. Pages, badges and scripts accept any, such as those of campaigns and caches, and so do hits.
 *
 * To be called before the first route.
 */
export function refuseUnknownParameters(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { operation, accepts = [] } = route.config ?? {};
    if (!operation || !route.url.startsWith('/api/') || operation.tags.includes('Collect')) return;
    const known = [...namesOf(operation), ...accepts];
    route.preValidation = [
      route.preValidation ?? [],
      async (request: { query: unknown; url: string }) => {
        requireDecodable(request.url);
        const odd = Object.keys(request.query as object).find((name) => !known.includes(name));
        if (odd !== undefined) throw unknownName('parameter', odd, known);
      },
    ].flat();
  });
}

/** Refuses a query string that is not percent-encoded UTF-8: it would otherwise mean a text that nobody sent. */
function requireDecodable(url: string): void {
  const query = url.slice(url.indexOf('?') + 1);
  try {
    decodeURIComponent(query);
  } catch {
    throw new HitError('invalid', 'a parameter is not percent-encoded UTF-8: encode a % as %25');
  }
}

function namesOf({ parameters = [] }: Operation): string[] {
  return parameters.filter((each) => each.in === 'query').map(({ name }) => name);
}
