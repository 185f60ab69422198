import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createApp } from '../app.ts';
import { bearerOf, isToken } from '../auth.ts';
import { Pixel } from '../collect/pixel.ts';
import type { CollectContext } from '../context.ts';
import { collectRoutes } from '../server.ts';
import type { ForwardProxy } from './forward.ts';

/** Paths that a collector thread answers itself. */
const COLLECT_PATHS = new Set(['/', '/hit', '/hit.gif', '/favicon.ico']);
/** Also answered here, for requests with the admin token. */
const BATCH_PATH = '/api/v1/hits';

/**
 * The server of a collector thread: it collects, and forwards everything else to the main thread.
 *
 * @param connections maximum number
 */
export function buildCollector(
  context: CollectContext,
  forward: ForwardProxy,
  log: FastifyBaseLogger,
  connections: number,
): FastifyInstance {
  const pixel = new Pixel(context, log);
  const app = createApp(log, {
    door(request, response) {
      if (pixel.handle(request, response)) return true;
      if (isCollected(request, context.adminToken)) return false;
      // The main thread counts it.
      response.durations = undefined;
      forward.pass(request, response);
      return true;
    },
    clientOf: (address) => context.clients.connecting(address),
    durations: context.durations,
    connections,
  });
  collectRoutes(app, context);
  return app;
}

function isCollected(request: IncomingMessage, adminToken: string): boolean {
  const { url = '' } = request;
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  // Only the main thread knows the other tokens.
  if (path === BATCH_PATH) return isToken(bearerOf(request), adminToken);
  return COLLECT_PATHS.has(path);
}
