import type { NodeRequest } from '../trackers/input.ts';
import type { CounterOptions } from './hit-counter.ts';
import { NODE_MAKERS, type NodeCounting, type NodeSettings, type NodeTrackers } from './made-database.ts';
import { counterOf, type GivenTrackers, type Made } from './made-trackers.ts';
import { type NodeResponse, watch } from './node-exchange.ts';

/** What the middleware uses of a request of Express. */
export interface ExpressRequest extends NodeRequest {
  /** The client behind the proxies that the setting `trust proxy` of the application trusts. */
  readonly ip?: string | undefined;
}

export interface ExpressOptions extends CounterOptions {
  /**
   * The client's address: `(request) => request.ip` takes the one that Express finds behind the proxies of its setting
   * `trust proxy`. Default: the trackers find it, by their option `trustProxy`.
   */
  readonly clientAddress?: (request: ExpressRequest) => string | undefined;
}

export type ExpressMiddleware = (request: ExpressRequest, response: NodeResponse, next: () => void) => void;

/**
 * A middleware for Express 4 and 5, which tracks each request that was answered.
 *
 * @param trackers trackers, which stay open, or settings of trackers to make, which `close` closes
 * @throws HitError `invalid` or `bad_setting` for invalid options
 * @example
 * const hits = hitTracker({ simple: {}, rate: {} });
 * app.use(hits);
 * app.get('/', (_request, response) => response.send(`${hits.simple.total} hits`));
 */
export function hitTracker<const Given extends GivenTrackers | NodeSettings>(
  trackers: Given,
  options: ExpressOptions = {},
): ExpressMiddleware & NodeCounting & Made<NodeTrackers, Given> {
  const { counter, members } = counterOf(trackers, options, NODE_MAKERS);
  const { clientAddress } = options;
  const middleware: ExpressMiddleware = (request, response, next) => {
    watch(counter, request, response, () => ({ client: clientAddress?.(request) }));
    next();
  };
  return Object.defineProperties(middleware, members) as ExpressMiddleware &
    NodeCounting &
    Made<NodeTrackers, Given>;
}
