import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { rawOverload } from './problem.ts';

/** Most open connections of a server, if the system allows more open files. */
const MOST_CONNECTIONS = 20_000;
/** Open files that are kept free of clients, for the store, the spool, and connections to other systems. */
const OTHER_FILES = 256;

/** One server, whose connections are all of its files. */
const ALONE = { servers: 1, filesEach: 1 };

/** Most connections of one client. A browser has six; many may share an address. */
const MOST_CONNECTIONS_OF_CLIENT = 1000;

/**
 * Bounds the open connections of each client, so that one cannot take all of the server's.
 *
 * @param clientOf the client at an address; '' for one that is not limited
 * @param most connections of one client
 */
export function limitConnections(
  server: Server,
  clientOf: (address: string) => string,
  most = MOST_CONNECTIONS_OF_CLIENT,
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const client = clientOf(socket.remoteAddress ?? '');
    if (client === '') return;
    const count = (open.get(client) ?? 0) + 1;
    if (count > most) {
      socket.end(rawOverload(`this address already has ${most} connections`));
      socket.destroySoon();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = open.get(client)! - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
}

/**
 * The most connections of each server in this process. Each is an open file, and so are those that hits are written to: if clients
 * could take all that the system allows, every hit would be refused.
 *
 * @param openFiles the limit of open files
 * @param share `servers` that share it; `filesEach`: open files of a connection
 */
export function mostConnections(
  openFiles = limitOfOpenFiles(),
  { servers, filesEach }: { readonly servers: number; readonly filesEach: number } = ALONE,
): number {
  const free = Math.max(openFiles - OTHER_FILES, openFiles / 2);
  return Math.floor(Math.min(MOST_CONNECTIONS, free / filesEach) / servers);
}

/** The limit of open files of this process, as set for example by `ulimit -n`; infinite if the system does not say. */
function limitOfOpenFiles(): number {
  const { report } = process;
  // Looking up the names of peers could take seconds. The types of Node lack this member.
  Object.assign(report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
}
