import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { CollectorData } from '../http/collector/messages.ts';
import { type CollectorHost, CollectorThreads } from '../http/collector/threads.ts';
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
export type CollectorShare = Pick<CollectorData, 'intake' | 'adminToken'>;

/**
 * Starts the threads of `--threads`.
 *
 * @param app all routes, for the forwarded requests
 * @throws HitError `port_unavailable`
 */
export async function startCollectors(
  app: FastifyInstance,
  values: Values<typeof SERVE_SETTINGS>,
  { intake, adminToken }: CollectorShare,
  host: CollectorHost,
): Promise<Collectors> {
  await using resources = new AsyncDisposableStack();
  const { port, url } = await findPort(values.port!, values.host!);
  // Only this user may enter the folder: clients that reach the socket are trusted as threads of ours.
  const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const mainSocket = join(folder, 'main.sock');
  const main = await listenForThreads(app, mainSocket);
  resources.defer(() => {
    main.close();
    main.closeAllConnections();
  });
  const threads = await CollectorThreads.start(
    values.threads!,
    {
      port,
      host: values.host!,
      trustProxy: values['trust-proxy']!,
      clientHeader: values['client-header']!,
      identity: values.identity!,
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
