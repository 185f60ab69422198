import { createServer, type Server } from 'node:http';
import type { AddressInfo, ListenOptions, Server as NetServer, Socket } from 'node:net';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { HitError, messageOf } from '../errors.ts';
import { importRoutes } from './api/import.ts';
import { readRoutes } from './api/read.ts';
import { trustSocket } from './auth.ts';
import { batchRoutes } from './collect/batch.ts';
import { beaconRoutes } from './collect/beacon.ts';
import { counterRoutes } from './collect/counter.ts';
import { Pixel } from './collect/pixel.ts';
import type { ServerContext } from './context.ts';
import { metricsRoutes } from './metrics.ts';
import { onError, onNotFound, rawProblem } from './problem.ts';

/** Where no route says otherwise. */
const BODY_LIMIT = 64 * 1024;
const MOST_CONNECTIONS = 20_000;
/** Within which a request must have come as a whole, in milliseconds. */
const REQUEST_TIMEOUT = 120_000;
/** How long a quiet connection stays, in milliseconds: longer than balancers keep theirs. */
const KEEP_ALIVE = 72_000;
/** How long a connection that sent no HTTP may stay to read what was wrong, in milliseconds. */
const LINGER = 2000;
/** How long requests under way may take when the server closes, in milliseconds. */
const CLOSE_PATIENCE = 2000;

/** What to do where listening fails, by the code of the system's error. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it; choose another with --port',
  EACCES: 'this user may not; choose a port above 1023 with --port',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with --host',
  ENOTFOUND: 'there is no such host; choose another with --host',
};

/** All routes, on no address yet. */
export function buildServer(context: ServerContext, log: FastifyBaseLogger): FastifyInstance {
  const pixel = new Pixel(context, log);
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    serverFactory: (answer) =>
      createServer({ requestTimeout: REQUEST_TIMEOUT, keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
        if (!pixel.take(request, response)) answer(request, response);
      }),
    // What comes while the server closes is served too: the spool closes after the last answer.
    return503OnClosing: false,
    frameworkErrors: onError,
    clientErrorHandler(error, socket) {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      socket.end(rawProblem(error));
      socket.setTimeout(LINGER, () => socket.destroy());
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

/**
 * Listens, or says in one line why it cannot. Fastify's own `listen` would also log every address.
 *
 * @param port 0 takes a free one
 * @returns the address for somebody on this machine, such as `http://127.0.0.1:5000`
 * @throws HitError `port_unavailable`
 */
export async function listen(app: FastifyInstance, port: number, host: string): Promise<string> {
  await app.ready();
  try {
    await listening(app.server, { port, host });
  } catch (error) {
    const why = ADVICE[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new HitError('port_unavailable', `cannot listen on ${host}:${port}: ${why}`, { cause: error });
  }
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  const near = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `http://${family === 'IPv6' ? `[${near}]` : near}:${taken}`;
}

/**
 * The same routes on a socket in the data folder, for commands on that folder: whoever can open it may do everything.
 * A log that a command follows is one request without an end.
 */
export async function listenForCommands(app: FastifyInstance, path: string): Promise<Server> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => app.routing(request, response));
  server.on('connection', (socket: Socket) => trustSocket(socket));
  await listening(server, { path });
  return server;
}

/** Takes no more connections, lets requests under way finish, and hangs up on those that do not. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_PATIENCE);
  // Not by Fastify, which closes only a server that it made or put on an address itself.
  await new Promise((resolve) => app.server.close(resolve));
  clearTimeout(timer);
  await app.close();
}

function listening(server: NetServer, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      resolve();
    });
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
