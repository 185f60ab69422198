import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type ListenOptions,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { HitError, messageOf } from '../errors.ts';
import { alertRoutes } from './api/alerts.ts';
import { archiveRoutes } from './api/archive.ts';
import { backupRoutes } from './api/backup.ts';
import { cohortRoutes } from './api/cohorts.ts';
import { doctorRoutes } from './api/doctor.ts';
import { dropRoutes } from './api/drops.ts';
import { eventRoutes } from './api/events.ts';
import { exportRoutes } from './api/export.ts';
import { funnelRoutes } from './api/funnel.ts';
import { importRoutes } from './api/import.ts';
import { journeyRoutes } from './api/journeys.ts';
import { liveRoutes } from './api/live.ts';
import { purgeRoutes } from './api/purge.ts';
import { queryRoutes } from './api/query.ts';
import { resourceRoutes } from './api/resources.ts';
import { retentionRoutes } from './api/retention.ts';
import { saltRoutes } from './api/salts.ts';
import { sessionRoutes } from './api/session.ts';
import { settingsRoutes } from './api/settings.ts';
import { siteRoutes } from './api/sites.ts';
import { sketchRoutes } from './api/sketch.ts';
import { statsRoutes } from './api/stats.ts';
import { storageRoutes } from './api/storage.ts';
import { tokenRoutes } from './api/tokens.ts';
import { createApp } from './app.ts';
import { trustSocket } from './auth.ts';
import { badgeRoutes } from './badge/routes.ts';
import { keepTokensBound } from './bound-tokens.ts';
import { believePeerHeader } from './client-address.ts';
import { batchRoutes } from './collect/batch.ts';
import { beaconRoutes } from './collect/beacon.ts';
import { counterRoutes } from './collect/counter.ts';
import { COUNT_BY_PIXEL, PIXEL_PATH, Pixel } from './collect/pixel.ts';
import type { CollectContext, ServerContext } from './context.ts';
import { Assets } from './dashboard/assets.ts';
import { dashboardRoutes } from './dashboard/dashboard.ts';
import { refuseUnknownParameters } from './known-parameters.ts';
import { metricsRoutes } from './metrics.ts';
import { Operations } from './openapi/operations.ts';
import { openApiRoutes } from './openapi/routes.ts';
import type { RequestDurations } from './request-durations.ts';
import { scriptRoutes } from './script.ts';
import { TimedResponse } from './timed-response.ts';

/** Folder of the files built for browsers, in a checkout and in a package. */
const [DASHBOARD, SNIPPET] = ['dashboard', 'snippet'].map((name) =>
  fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)),
) as [string, string];

/** How long requests in progress may take when the server closes, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

/** Advice if listening fails, by the code of the system's error. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it; choose another with --port',
  EACCES: 'permission denied; choose a port above 1023 with --port',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with --host',
  ENOTFOUND: 'there is no such host; choose another with --host',
  ENOTSUP: 'this system does not let threads share a port; omit --threads',
};

/** All routes, not listening yet. */
export function buildServer(context: ServerContext, log: FastifyBaseLogger): FastifyInstance {
  const pixel = new Pixel(context, log);
  const app = createApp(log, {
    door: (request, response) => pixel.handle(request, response),
    clientOf: (address) => context.clients.connecting(address),
    durations: context.durations,
  });
  const operations = new Operations(app);
  keepTokensBound(app, context);
  refuseUnknownParameters(app);
  // Answered before any route.
  operations.add('get', PIXEL_PATH, COUNT_BY_PIXEL);
  collectRoutes(app, context);
  liveRoutes(app, context);
  statsRoutes(app, context);
  queryRoutes(app, context);
  funnelRoutes(app, context);
  journeyRoutes(app, context);
  cohortRoutes(app, context);
  dropRoutes(app, context);
  eventRoutes(app, context);
  siteRoutes(app, context);
  resourceRoutes(app, context);
  sketchRoutes(app, context);
  saltRoutes(app, context);
  storageRoutes(app, context);
  exportRoutes(app, context);
  importRoutes(app, context);
  archiveRoutes(app, context);
  purgeRoutes(app, context);
  retentionRoutes(app, context);
  backupRoutes(app, context);
  doctorRoutes(app, context);
  metricsRoutes(app, context);
  sessionRoutes(app, context);
  badgeRoutes(app, context);
  tokenRoutes(app, context);
  alertRoutes(app, context);
  settingsRoutes(app, context);
  dashboardRoutes(app, context, new Assets(DASHBOARD));
  scriptRoutes(app, new Assets(SNIPPET));
  openApiRoutes(app, operations);
  return app;
}

/** The collecting routes, except the pixel. */
export function collectRoutes(app: FastifyInstance, context: CollectContext): void {
  counterRoutes(app, context);
  beaconRoutes(app, context);
  batchRoutes(app, context);
}

/**
 * Listens, or reports in one line why it cannot. Fastify's own `listen` would also log every address.
 *
 * @param port 0 for a free port
 * @param options `reusePort`: whether several processes or threads may share the port; the system distributes connections
 * @returns the address for clients on this machine, such as `http://127.0.0.1:5000`
 * @throws HitError `port_unavailable`
 */
export async function listen(
  app: FastifyInstance,
  port: number,
  host: string,
  { reusePort }: { reusePort: boolean } = { reusePort: false },
): Promise<string> {
  await app.ready();
  await listeningOn(app.server, { port, host, reusePort });
  return urlOf(app.server.address() as AddressInfo);
}

/**
 * Binds an address and releases it, before threads share it: `reusePort` alone would also share it with another server,
 * and each would get a part of the hits.
 *
 * @param port 0 for a free port
 * @throws HitError `port_unavailable`
 */
export async function findPort(port: number, host: string): Promise<{ port: number; url: string }> {
  const server = createNetServer();
  await listeningOn(server, { port, host });
  const address = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { port: address.port, url: urlOf(address) };
}

async function listeningOn(server: NetServer, options: ListenOptions): Promise<void> {
  try {
    await listening(server, options);
  } catch (error) {
    const why = ADVICE[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    const message = `cannot listen on ${options.host}:${options.port}: ${why}`;
    throw new HitError('port_unavailable', message, { cause: error });
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  const near = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `http://${family === 'IPv6' ? `[${near}]` : near}:${port}`;
}

/**
 * The same routes on a socket in the data folder, for commands on that folder: a client that can open it may do
 * everything. A log that a command follows is one request without an end.
 */
export async function listenForCommands(app: FastifyInstance, path: string): Promise<Server> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => app.routing(request, response));
  server.on('connection', (socket: Socket) => trustSocket(socket));
  await listening(server, { path });
  return server;
}

/**
 * The same routes on a socket for collector threads, which forward requests to it.
 *
 * @param durations count those without a route too
 */
export async function listenForThreads(
  app: FastifyInstance,
  path: string,
  durations: RequestDurations,
): Promise<Server> {
  await app.ready();
  const server = createServer({ ServerResponse: TimedResponse }, (request, response) => {
    response.durations = durations.unmatched;
    app.routing(request, response);
  });
  server.on('connection', (socket: Socket) => believePeerHeader(socket));
  await listening(server, { path });
  return server;
}

/** Accepts no more connections, lets requests in progress finish, and disconnects those that do not. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_TIMEOUT);
  // Fastify's `close` only closes a server that it created, or made listen itself.
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
