import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { HitError, messageOf } from '../errors.ts';
import { LIMITS } from '../hit/hit.ts';
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

/** Answers a request before any route is looked for; false leaves it to the routes. */
export type Door = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A server without routes, on no address yet. */
export function createApp(log: FastifyBaseLogger, door: Door = () => false): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    // A site in a path may be as long as any.
    routerOptions: { maxParamLength: LIMITS.site },
    serverFactory: (answer) =>
      createServer({ requestTimeout: REQUEST_TIMEOUT, keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
        if (!door(request, response)) answer(request, response);
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
  return app;
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
