import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { CollectorData } from '../http/collector/messages.ts';
import { type CollectorHost, CollectorThreads } from '../http/collector/threads.ts';
import { mostConnections } from '../http/connection-limit.ts';
import { findPort, listenForThreads } from '../http/server.ts';
import type { SERVE_SETTINGS } from '../settings/serve.ts';
import type { Values } from '../settings/setting.ts';

/** Collector threads, and the socket over which they forward requests to the main thread. */
interface Collectors {
  /** Address for clients on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

/** The settings that threads share with the main thread. */
export type CollectorShare = Pick<CollectorData, 'intake' | 'adminToken'> & { readonly dataDir: string };

/** Open files of a client whose request is forwarded: its connection, and both ends of the one to the main thread. */
const FILES_EACH = 3;

/** Longest path of a socket, in bytes: 107 on Linux, 103 on macOS. */
const LONGEST_SOCKET = 103;

/**
 * The path of the socket, in a folder that only this user may write to: clients that reach it are trusted as threads of ours. In
 * the data folder, so that the next start removes that of a killed server; if its path is too long, in a folder of its own.
 */
async function socketIn(dataDir: string, resources: AsyncDisposableStack): Promise<string> {
  const path = join(dataDir, 'threads.sock');
  if (Buffer.byteLength(path) > LONGEST_SOCKET) {
    const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    return join(folder, 'main.sock');
  }
  await rm(path, { force: true });
  resources.defer(() => rm(path, { force: true }));
  return path;
}

/**
 * Starts the threads of `--threads`.
 *
 * @param app all routes, for the forwarded requests
 * @throws HitError `port_unavailable`
 */
export async function startCollectors(
  app: FastifyInstance,
  values: Values<typeof SERVE_SETTINGS>,
  { intake, adminToken, dataDir }: CollectorShare,
  host: CollectorHost,
): Promise<Collectors> {
  await using resources = new AsyncDisposableStack();
  const { port, url } = await findPort(values.port!, values.host!);
  const mainSocket = await socketIn(dataDir, resources);
  const main = await listenForThreads(app, mainSocket, host.durations);
  resources.defer(() => {
    main.close();
    main.closeAllConnections();
  });
  const threads = await CollectorThreads.start(
    values.threads!,
    {
      port,
      host: values.host!,
      mostConnections: mostConnections(undefined, { servers: values.threads!, filesEach: FILES_EACH }),
      trustProxy: values['trust-proxy']!,
      clientHeader: values['client-header']!,
      identity: values.identity!,
      maxNewVisitors: values['max-new-visitors']!,
      isLimited: values['rate-limit'] !== 'off',
      intake,
      adminToken,
      logLevel: values['log-level']!,
      mainSocket,
    },
    host,
  );
  resources.defer(() => threads.close());
  const owned = resources.move();
  return { url, close: () => owned.disposeAsync() };
}
