import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress, networkOf } from '../hit/address.ts';
import { rawOverload } from './problem.ts';

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
