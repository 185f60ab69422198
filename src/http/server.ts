import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify';
import { HitError, messageOf } from '../errors.ts';
import { importRoutes } from './api/import.ts';
import { readRoutes } from './api/read.ts';
import { trustSocket } from './auth.ts';
import { batchRoutes } from './collect/batch.ts';
import { beaconRoutes } from './collect/beacon.ts';
import { counterRoutes } from './collect/counter.ts';
import type { ServerContext } from './context.ts';
import { metricsRoutes } from './metrics.ts';
import { onError, onNotFound, rawProblem } from './problem.ts';

/** Where no route says otherwise. */
const BODY_LIMIT = 64 * 1024;
const MOST_CONNECTIONS = 20_000;

/** All routes, on no address yet. */
export function buildServer(context: ServerContext, log: FastifyBaseLogger): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    disableRequestLogging: true,
    bodyLimit: BODY_LIMIT,
    // A path is data here, and may be as long as a header; what is too long is refused with its reason.
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      if (socket.writable) socket.end(rawProblem(error));
      else socket.destroy();
    },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.setErrorHandler(onError);
  app.setNotFoundHandler(onNotFound);
  parseBodies(app);
  counterRoutes(app, context);
  beaconRoutes(app, context);
  batchRoutes(app, context);
  readRoutes(app, context);
  importRoutes(app, context);
  metricsRoutes(app, context);
  return app;
}

/** Listens, or says in one line why it cannot. */
export async function listen(app: FastifyInstance, port: number, host: string): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program uses it' : messageOf(error);
    throw new HitError(
      'port_unavailable',
      `cannot listen on ${host}:${port}: ${why}; choose another with --port`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The same routes on a socket in the data folder, for commands on that folder: whoever can open it may do everything.
 */
export function listenForCommands(app: FastifyInstance, path: string): Promise<Server> {
  const server = createServer((request, response) => app.routing(request, response));
  server.on('connection', (socket: Socket) => trustSocket(socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

/** JSON also under the name that `sendBeacon` gives it, and NDJSON as text, for its reader to split. */
function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'text/plain'],
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, JSON.parse(String(body)));
      } catch (error) {
        done(new HitError('invalid', `the body is not JSON: ${messageOf(error)}`), undefined);
      }
    },
  );
  app.addContentTypeParser(
    ['application/x-ndjson', 'application/ndjson'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
}
