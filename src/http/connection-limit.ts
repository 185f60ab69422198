import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress, networkOf } from '../hit/address.ts';
import { rawOverload } from './problem.ts';

/** Most open connections of a server, if the system allows more open files. */
const MOST_CONNECTIONS = 20_000;
/** Open files that are kept free of clients, for the store, the spool, and connections to other systems. */
const OTHER_FILES = 256;

/** Most connections of one client. A browser has six; many may share an address. */
const MOST_CONNECTIONS_OF_CLIENT = 1000;

/**
 * Bounds the open connections of each client, so that one cannot take all of the server's.
 *
 * @param isProxy whether an address is that of a trusted proxy, which connects for many clients
 * @param most connections of one client
 */
export function limitConnections(
  server: Server,
  isProxy: (address: string) => boolean,
  most = MOST_CONNECTIONS_OF_CLIENT,
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = canonicalAddress(socket.remoteAddress ?? '');
    if (address === '' || isProxy(address)) return;
    const client = networkOf(address);
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
 * @param servers that share it
 */
export function mostConnections(openFiles = limitOfOpenFiles(), servers = 1): number {
  const free = Math.max(openFiles - OTHER_FILES, openFiles / 2);
  return Math.min(MOST_CONNECTIONS, Math.floor(free / servers));
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
