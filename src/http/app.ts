import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { HitError, messageOf } from '../errors.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { limitConnections, mostConnections } from './connection-limit.ts';
import { onError, onNotFound, rawInvalid, rawProblem } from './problem.ts';
import { RequestDurations } from './request-durations.ts';
import { TimedResponse, timeRoutes } from './timed-response.ts';

/** Content types of JSON: also that of `sendBeacon`. */
export const JSON_TYPES: readonly string[] = ['application/json', 'text/plain'];

/** Largest request body in bytes, unless a route sets another limit. */
const BODY_LIMIT = 64 * 1024;
/** Longest part of a path that is a parameter, in characters: a site, or a name of 100 characters of any script. */
const LONGEST_PARAMETER = 100 * 4 * '%FF'.length;
const SERVER_OPTIONS = {
  /** Time limit for receiving the header of a request, in milliseconds. */
  headersTimeout: 20_000,
  /** How often these limits are checked, in milliseconds. */
  connectionsCheckingInterval: 5000,
  /** Time limit for receiving a whole request, in milliseconds. */
  requestTimeout: 120_000,
  /** In milliseconds: longer than that of load balancers. */
  keepAliveTimeout: 72_000,
};

/** How long a client may take to read the answer to an invalid request, in milliseconds. */
const CLOSE_GRACE_MS = 2000;

/** How long a client may go on sending a body after the response to it, in milliseconds. */
const UNREAD_BODY_MS = 3000;

const HOST = 'host';

/** Answers a request before routing; false leaves it to the routes. */
type Door = (request: IncomingMessage, response: TimedResponse) => boolean;

interface AppOptions {
  /** Default: all requests are left to the routes. */
  readonly door?: Door;
  /** The client at an address, whose connections are limited; '' for a trusted proxy. Default: all are. */
  readonly clientOf?: (address: string) => string;
  /** Counts how long requests take. */
  readonly durations?: RequestDurations;
  /** Maximum connections of all clients together. */
  readonly connections?: number;
}

/** A server without routes, not listening yet. */
export function createApp(
  log: FastifyBaseLogger,
  {
    door = () => false,
    clientOf = () => '',
    durations = new RequestDurations(),
    connections = mostConnections(),
  }: AppOptions = {},
): FastifyInstance {
  /** Ends its connection if the server is closing: otherwise a client that always sends its next request would be cut off. */
  class LastWhenClosing extends TimedResponse {
    override writeHead(...head: [statusCode: number]): this {
      if (!app.server.listening) this.shouldKeepAlive = false;
      return super.writeHead(...head);
    }
  }
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    serverFactory: (answer) =>
      createServer({ ...SERVER_OPTIONS, ServerResponse: LastWhenClosing }, (request, response) => {
        // Behind one that ended its connection: nobody would get the answer, and a proxy may not know of it.
        if (request.socket.writableEnded) return;
        response.durations = durations.unmatched;
        if (hasTwoHosts(request)) {
          endConnection(request.socket, rawInvalid('the request has several Host headers'));
          return;
        }
        if (hasBody(request)) response.once('finish', () => limitUnreadBody(request));
        if (!door(request, response)) answer(request, response);
      }),
    // Requests that arrive while the server closes are served too: the spool closes after the last answer.
    return503OnClosing: false,
    frameworkErrors: onError,
    clientErrorHandler(error, socket) {
      if (socket.writable) endConnection(socket, rawProblem(error));
      else socket.destroy();
    },
  });
  app.server.maxConnections = connections;
  limitConnections(app.server, clientOf);
  app.server.on('connect', (_request, socket) => {
    // Node leaves the socket of a tunnel to this listener, with its errors: unhandled, they would end the process.
    socket.on('error', () => socket.destroy());
    endConnection(socket, rawInvalid('this server is not a proxy'));
  });
  // Of an expectation other than 100-continue. Node would answer it itself, and read a body without an end.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.setReplySerializer((payload) => jsonText(payload));
  app.setErrorHandler(onError);
  app.setNotFoundHandler(onNotFound);
  parseBodies(app);
  timeRoutes(app, durations);
  return app;
}

/** Proxies may choose another one of several hosts than this server (RFC 9112, 3.2). Node keeps the first. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts++;
  }
  return hosts > 1;
}

/** Sends a last answer, and closes the connection, even if the client keeps its end open: the server could not stop otherwise. */
function endConnection(socket: Duplex, answer: string): void {
  socket.end(answer);
  setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/**
 * Closes the connection of a client that keeps sending a body after the response. Not immediately: a client that cannot send the
 * rest may fail before it reads the response.
 */
function limitUnreadBody(request: IncomingMessage): void {
  if (request.complete) return;
  const end = () => {
    if (!request.complete) request.socket.destroy();
  };
  setTimeout(end, UNREAD_BODY_MS).unref();
}

/** Parses JSON, also under the content type of `sendBeacon`. */
function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...JSON_TYPES], { parseAs: 'string' }, (request, body, done) => {
    // Some clients name a type with each request, also with one that has no body.
    if (body === '' && request.method === 'DELETE') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch (error) {
      done(new HitError('invalid', `the body is not JSON: ${messageOf(error)}`), undefined);
    }
  });
}
