import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TrustedProxies } from '../hit/address.ts';

/** Sent by collector threads with requests that they forward: the address at the other end of the client's connection. */
export const PEER_HEADER = 'x-hit-tracker-peer';

/** Connections of collector threads. Only their header is believed. */
const threadSockets = new WeakSet<Socket>();

export function believePeerHeader(socket: Socket): void {
  threadSockets.add(socket);
}

/** Address at the other end of the client's connection; '' for a local socket. */
function peerOf({ socket, headers }: IncomingMessage): string {
  if (!threadSockets.has(socket)) return socket.remoteAddress ?? '';
  const peer = headers[PEER_HEADER];
  return typeof peer === 'string' ? peer : '';
}

/** The address of the client behind trusted proxies, for limits of requests that are no hits. */
export function clientOf(request: IncomingMessage, proxies: TrustedProxies): string {
  const forwarded = request.headers['x-forwarded-for'];
  return proxies.clientOf(peerOf(request), Array.isArray(forwarded) ? forwarded.join(', ') : forwarded);
}
