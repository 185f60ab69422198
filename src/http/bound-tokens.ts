import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../errors.ts';
import { readSites } from '../query/language/scope-reader.ts';
import type { QueryParams } from '../query/params.ts';
import { readText } from '../schema/parameter.ts';
import { boundSitesOf, type Keys } from './auth.ts';
import { readSite } from './live-answer.ts';

/**
 * How a route treats a token that is bound to sites.
 *
 * | access    | the route                                                                                      |
 * |-----------|------------------------------------------------------------------------------------------------|
 * | `open`    | has the same answer for everyone, or reveals nothing about sites                               |
 * | `one`     | answers for its parameter `site`; without it, for the only site of the token                   |
 * | `named`   | answers for its parameter `site`, which is required                                            |
 * | `several` | answers for the member `site` of its body, one or a list; without it, for the token's sites    |
 * | `path`    | answers for the site in its path                                                               |
 * | `own`     | filters by site itself: `boundTo` of the request has the sites of the token                    |
 */
type BoundAccess = 'open' | 'one' | 'named' | 'several' | 'path' | 'own';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the route treats a token that is bound to sites. If missing, such tokens are rejected. */
    readonly bound?: BoundAccess;
  }
  interface FastifyRequest {
    /** The only sites that the token of the request permits; undefined without such a token. */
    boundTo: readonly string[] | undefined;
  }
}

/** Maximum number of sites that a message lists. */
const MOST_NAMED = 5;

/**
 * Restricts bound tokens to their sites, on all routes. The sites of a request are parsed in the same way as its route parses them,
 * checked, and written back, so that a route can only read checked sites.
 *
 * Must be called before the first route is registered.
 */
export function keepTokensBound(app: FastifyInstance, keys: Keys): void {
  app.decorateRequest('boundTo', undefined);
  app.addHook('onRoute', (route) => {
    const access = route.config?.bound;
    // Most requests collect hits. Their routes are open, so no token is looked up for them.
    if (access === 'open') return;
    const find = async (request: FastifyRequest): Promise<void> => {
      request.boundTo = boundSitesOf(keys, request.raw);
      if (request.boundTo && access === undefined)
        throw forbidden(request.boundTo, `${request.method} ${route.url} does not accept such tokens`);
    };
    route.onRequest = [find, route.onRequest ?? []].flat();
    if (access === undefined || access === 'own') return;
    const check = async (request: FastifyRequest): Promise<void> => {
      if (request.boundTo) narrow(request, request.boundTo, access);
    };
    route.preValidation = [check, route.preValidation ?? []].flat();
  });
}

/**
 * Checks the sites of a request and writes them back into it.
 *
 * @throws HitError `forbidden` for a site that the token does not permit; `invalid` if the site is missing or malformed
 */
function narrow(
  request: FastifyRequest,
  bound: readonly string[],
  access: Exclude<BoundAccess, 'open' | 'own'>,
): void {
  switch (access) {
    case 'one':
    case 'named': {
      const query = request.query as QueryParams;
      const given = readSite(readText('site', query.site));
      request.query = {
        ...query,
        site: given === undefined ? onlySite(bound, access === 'named') : permitted(bound, [given])[0],
      };
      return;
    }
    case 'several': {
      const { body } = request;
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw new HitError('invalid', 'the body is not an object');
      const { site = null } = body as { readonly site?: unknown };
      request.body = { ...body, site: site === null ? bound : permitted(bound, readSites(site)) };
      return;
    }
    case 'path': {
      const params = request.params as Readonly<Record<string, string>>;
      const site = readSite(params.site);
      if (site === undefined) throw new HitError('invalid', 'site is missing');
      request.params = { ...params, site: permitted(bound, [site])[0] };
      return;
    }
  }
}

/** The site of a request that names none. @param isRequired whether the route requires its parameter `site` */
function onlySite(bound: readonly string[], isRequired: boolean): string {
  if (isRequired) throw forbidden(bound, 'set site to one of these');
  const [site, ...others] = bound;
  if (others.length === 0) return site!;
  throw new HitError('invalid', `the token is bound to ${listed(bound)}: set site to one of these`);
}

/** @returns the sites. @throws HitError `forbidden` if the token does not permit all of them */
function permitted(bound: readonly string[], sites: readonly string[]): readonly string[] {
  const others = sites.filter((site) => !bound.includes(site));
  if (others.length === 0) return sites;
  throw notPermitted(bound, others);
}

/** @param others sites that a token does not permit */
export function notPermitted(bound: readonly string[], others: readonly string[]): HitError {
  return forbidden(bound, `it does not permit ${listed(others)}`);
}

function forbidden(bound: readonly string[], why: string): HitError {
  return new HitError('forbidden', `the token is bound to ${listed(bound)}: ${why}`);
}

function listed(sites: readonly string[]): string {
  const more = sites.length - MOST_NAMED;
  return more > 0 ? `${sites.slice(0, MOST_NAMED).join(', ')} and ${more} more` : sites.join(', ');
}
