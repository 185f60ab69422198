import type { NodeRequest } from '../trackers/input.ts';
import type { CounterOptions } from './hit-counter.ts';
import { NODE_MAKERS, type NodeCounting, type NodeSettings, type NodeTrackers } from './made-database.ts';
import { counterOf, type GivenTrackers, type Made } from './made-trackers.ts';
import { type NodeResponse, watch } from './node-exchange.ts';

export interface NodeOptions extends CounterOptions {
  /**
   * The client's address, if the application knows it better than the trackers, which find it by their option `trustProxy`:
   * `(request) => request.headers['fly-client-ip']`.
   */
  readonly clientAddress?: (request: NodeRequest) => string | undefined;
}

export type RequestListener = (request: NodeRequest, response: NodeResponse) => void;

/**
 * A listener for the requests of a server of `node:http`, `node:https` or `node:http2`, beside the application's own. It tracks
 * each request that was answered.
 *
 * @param trackers trackers, which stay open, or settings of trackers to make, which `close` closes
 * @throws HitError `invalid` or `bad_setting` for invalid options
 * @example
 * const hits = hitTracker({ simple: {} });
 * createServer((_request, response) => response.end(`${hits.simple.total} hits`)).on('request', hits).listen(8080);
 */
export function hitTracker<const Given extends GivenTrackers | NodeSettings>(
  trackers: Given,
  options: NodeOptions = {},
): RequestListener & NodeCounting & Made<NodeTrackers, Given> {
  const { counter, members } = counterOf(trackers, options, NODE_MAKERS);
  const { clientAddress } = options;
  const listener: RequestListener = (request, response) =>
    watch(counter, request, response, () => ({ client: clientAddress?.(request) }));
  return Object.defineProperties(listener, members) as RequestListener &
    NodeCounting &
    Made<NodeTrackers, Given>;
}
