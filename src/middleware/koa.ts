import type { NodeRequest } from '../trackers/input.ts';
import type { CounterOptions } from './hit-counter.ts';
import { NODE_MAKERS, type NodeCounting, type NodeSettings, type NodeTrackers } from './made-database.ts';
import { counterOf, type GivenTrackers, type Made } from './made-trackers.ts';
import { type NodeResponse, watch } from './node-exchange.ts';

/** What the middleware uses of a context of Koa. */
export interface KoaContext {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  /** Before `koa-mount` or a router shortens the URL. */
  readonly originalUrl: string;
  /** The client behind the proxies that the setting `proxy` of the application trusts. */
  readonly ip: string;
}

export interface KoaOptions extends CounterOptions {
  /**
   * The client's address: `(context) => context.ip` takes the one that Koa finds by its settings `proxy`, `proxyIpHeader` and
   * `maxIpsCount`. Default: the trackers find it, by their option `trustProxy`.
   */
  readonly clientAddress?: (context: KoaContext) => string | undefined;
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * A middleware for Koa, which tracks each request that was answered.
 *
 * @param trackers trackers, which stay open, or settings of trackers to make, which `close` closes
 * @throws HitError `invalid` or `bad_setting` for invalid options
 * @example
 * const hits = hitTracker({ simple: {}, rate: {} });
 * app.use(hits);
 * app.use((context) => { context.body = `${hits.simple.total} hits`; });
 */
export function hitTracker<const Given extends GivenTrackers | NodeSettings>(
  trackers: Given,
  options: KoaOptions = {},
): KoaMiddleware & NodeCounting & Made<NodeTrackers, Given> {
  const { counter, members } = counterOf(trackers, options, NODE_MAKERS);
  const { clientAddress } = options;
  const middleware: KoaMiddleware = (context, next) => {
    watch(counter, context.req, context.res, () => ({
      url: context.originalUrl,
      client: clientAddress?.(context),
    }));
    return next();
  };
  return Object.defineProperties(middleware, members) as KoaMiddleware &
    NodeCounting &
    Made<NodeTrackers, Given>;
}
