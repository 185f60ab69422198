import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createApp } from '../app.ts';
import { bearerOf, isAdminToken } from '../auth.ts';
import { Pixel } from '../collect/pixel.ts';
import type { CollectContext } from '../context.ts';
import { collectRoutes } from '../server.ts';
import type { Forward } from './forward.ts';

/** What a collecting thread answers itself. */
const BATCH_PATH = '/api/v1/hits';
const COLLECT_PATHS = new Set(['/', '/hit', '/hit.gif', BATCH_PATH, '/favicon.ico']);

/** The server of a collecting thread: it collects, and leaves everything else to the main thread. */
export function buildCollector(
  context: CollectContext,
  forward: Forward,
  log: FastifyBaseLogger,
): FastifyInstance {
  const pixel = new Pixel(context, log);
  const app = createApp(log, (request, response) => {
    if (pixel.take(request, response)) return true;
    if (isCollected(request, context)) return false;
    forward.pass(request, response);
    return true;
  });
  collectRoutes(app, context);
  return app;
}

function isCollected({ url = '', headers }: IncomingMessage, context: CollectContext): boolean {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (!COLLECT_PATHS.has(path)) return false;
  // Tokens of programs are known to the main thread alone.
  return path !== BATCH_PATH || isAdminToken(bearerOf(headers), context);
}
