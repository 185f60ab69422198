import type { NodeRequest } from '../trackers/input.ts';
import type { CounterOptions } from './hit-counter.ts';
import { NODE_MAKERS, type NodeCounting, type NodeSettings, type NodeTrackers } from './made-database.ts';
import { counterOf, type GivenTrackers, type Made } from './made-trackers.ts';
import { type NodeResponse, watch } from './node-exchange.ts';

/** What the plugin uses of a request of Fastify. */
export interface FastifyRequest {
  readonly raw: NodeRequest;
  readonly originalUrl: string;
  /** The client behind the proxies that the option `trustProxy` of the application trusts. */
  readonly ip: string;
}

interface FastifyReply {
  readonly raw: NodeResponse;
}

/** What the plugin uses of an application of Fastify. */
export interface FastifyApplication {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void,
  ): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

export interface FastifyOptions extends CounterOptions {
  /**
   * The client's address: `(request) => request.ip` takes the one that Fastify finds by its option `trustProxy`. Default: the
   * trackers find it, by their option of the same name.
   */
  readonly clientAddress?: (request: FastifyRequest) => string | undefined;
}

export type FastifyPlugin = (app: FastifyApplication, options: unknown, done: () => void) => void;

/**
 * A plugin for Fastify 5, which tracks each request that was answered, and is closed with the application.
 *
 * @param trackers trackers, which stay open, or settings of trackers to make, which `close` closes
 * @throws HitError `invalid` or `bad_setting` for invalid options
 * @example
 * const hits = hitTracker({ simple: {}, rate: {} });
 * app.register(hits);
 * app.get('/', async () => `${hits.simple.total} hits`);
 */
export function hitTracker<const Given extends GivenTrackers | NodeSettings>(
  trackers: Given,
  options: FastifyOptions = {},
): FastifyPlugin & NodeCounting & Made<NodeTrackers, Given> {
  const { counter, members } = counterOf(trackers, options, NODE_MAKERS);
  const { clientAddress } = options;
  const plugin: FastifyPlugin = (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      const { raw, originalUrl } = request;
      watch(counter, raw, reply.raw, () => ({ url: originalUrl, client: clientAddress?.(request) }));
      next();
    });
    app.addHook('onClose', () => counter.close());
    done();
  };
  return Object.defineProperties(plugin, { ...members, ...FOR_ALL_ROUTES }) as FastifyPlugin &
    NodeCounting &
    Made<NodeTrackers, Given>;
}

/** As `fastify-plugin` does it: hooks then apply outside of the plugin, too. */
const FOR_ALL_ROUTES: PropertyDescriptorMap = {
  [Symbol.for('skip-override')]: { value: true },
  [Symbol.for('fastify.display-name')]: { value: 'hit-tracker' },
  [Symbol.for('plugin-meta')]: { value: { name: 'hit-tracker', fastify: '5.x' } },
};
