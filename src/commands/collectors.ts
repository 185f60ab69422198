import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Secrets } from '../folder/secrets.ts';
import { type CollectorHost, CollectorThreads } from '../http/collector/threads.ts';
import { findPort, listenForThreads } from '../http/server.ts';
import type { SERVE_SETTINGS } from '../settings/serve.ts';
import type { Values } from '../settings/setting.ts';

/** Collecting threads, and the socket over which they leave requests to the main one. */
interface Collectors {
  /** For somebody on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the threads of `--threads`.
 *
 * @param app all routes, for the requests that are not theirs
 * @throws HitError `port_unavailable`
 */
export async function startCollectors(
  app: FastifyInstance,
  values: Values<typeof SERVE_SETTINGS>,
  { key, importSalt, adminToken }: Pick<Secrets, 'key' | 'importSalt' | 'adminToken'>,
  host: CollectorHost,
): Promise<Collectors> {
  await using resources = new AsyncDisposableStack();
  const { port, url } = await findPort(values.port!, values.host!);
  // A folder that only this user may enter: who reaches the socket is taken for a thread of ours.
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
      identity: values.identity!,
      isLimited: values['rate-limit'] !== 'off',
      allowedSites: values.sites,
      key,
      importSalt,
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
