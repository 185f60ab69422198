import type { NodeRequest, TrackInput, WebRequest } from '../trackers/input.ts';
import type { CounterOptions, HitCounter } from './hit-counter.ts';
import {
  type Counting,
  counterOf,
  type GivenTrackers,
  LIVE_MAKERS,
  type LiveSettings,
  type LiveTrackers,
  type Made,
} from './made-trackers.ts';
import { type NodeResponse, watch } from './node-exchange.ts';

/** A web request, whose headers can be listed. */
type HonoRequest = WebRequest & { readonly headers: Iterable<[string, string]> };

/** What the middleware uses of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: HonoRequest };
  readonly res: { readonly status: number };
  /** On Node: request and response of `node:http`. */
  readonly env: unknown;
  /** Of a Worker; elsewhere, reading it throws. */
  readonly executionCtx: { waitUntil(promise: Promise<unknown>): void };
}

export interface HonoOptions<Context extends HonoContext> extends CounterOptions {
  /**
   * The client's address: `(c) => getConnInfo(c).remote.address`, or `(c) => c.req.header('cf-connecting-ip')` in a Worker.
   * Default: the trackers find it, by their option `trustProxy`; except on Node, they do not know the peer.
   */
  readonly clientAddress?: (context: Context) => string | undefined;
}

export type HonoMiddleware<Context extends HonoContext> = (
  context: Context,
  next: () => Promise<void>,
) => Promise<void>;

/**
 * A middleware for Hono on Node, Bun, Deno and Workers, which tracks each request that was answered. A Worker stays alive for it.
 *
 * @param trackers trackers, which stay open, or settings of trackers to make
 * @throws HitError `invalid` or `bad_setting` for invalid options
 * @example
 * const hits = hitTracker({ simple: {}, rate: {} });
 * app.use(hits);
 * app.get('/', (c) => c.text(`${hits.simple.total} hits`));
 */
export function hitTracker<
  const Given extends GivenTrackers | LiveSettings,
  Context extends HonoContext = HonoContext,
>(
  trackers: Given,
  options: HonoOptions<Context> = {},
): HonoMiddleware<Context> & Counting & Made<LiveTrackers, Given> {
  const { counter, members } = counterOf(trackers, options, LIVE_MAKERS);
  const { clientAddress } = options;
  const middleware: HonoMiddleware<Context> = (context, next) => {
    const client = () => clientAddress?.(context);
    const node = nodeExchange(context.env);
    if (!node) return track(counter, context, client, next);
    watch(counter, node.incoming, node.outgoing, () => ({ client: client() }));
    return next();
  };
  return Object.defineProperties(middleware, members) as HonoMiddleware<Context> &
    Counting &
    Made<LiveTrackers, Given>;
}

/** With `@hono/node-server`, it is known when an answer was sent. */
function nodeExchange(env: unknown): { incoming: NodeRequest; outgoing: NodeResponse } | undefined {
  const { incoming, outgoing } = (env ?? {}) as { incoming?: NodeRequest; outgoing?: NodeResponse };
  const isNode = typeof incoming?.headers === 'object' && typeof outgoing?.once === 'function';
  return isNode ? { incoming, outgoing } : undefined;
}

/** Tracks a request by web standards: after the application has answered it, and the runtime has got the answer. */
async function track(
  counter: HitCounter,
  context: HonoContext,
  client: () => string | undefined,
  next: () => Promise<void>,
): Promise<void> {
  const { raw } = context.req;
  const finish = counter.guard(() => {
    const input = inputOf(raw, client());
    const end = counter.begin(raw);
    return end && ((status: number) => end({ ...input, status }));
  });
  let status = 500;
  try {
    await next();
    status = context.res.status;
  } finally {
    if (finish) {
      const tracked = new Promise<void>((resolve) => {
        setTimeout(() => resolve(finish(status)), 0);
      });
      keepAlive(context, tracked);
    }
  }
}

/** A runtime may reuse a request once it is answered, so its headers are copied. */
function inputOf(
  { method, url, headers }: HonoRequest,
  client: string | undefined,
): Extract<TrackInput, { readonly request: unknown }> {
  const copied = new Map(headers);
  const request = { method, url, headers: { get: (name: string) => copied.get(name) ?? null } };
  return client === undefined ? { request } : { request, client };
}

function keepAlive(context: HonoContext, tracked: Promise<void>): void {
  try {
    context.executionCtx.waitUntil(tracked);
  } catch {
    // Only Workers have one.
  }
}
