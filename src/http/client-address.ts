import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress, isLoopback, type TrustedProxies } from '../hit/address.ts';
import { ClientNetworks } from '../hit/client-network.ts';

/** Sent by collector threads with requests that they forward: the address at the other end of the client's connection. */
export const PEER_HEADER = 'x-hit-tracker-peer';
/** The standard header (RFC 7239), whose value has a syntax of its own. */
const FORWARDED = 'forwarded';
/** The header that is believed without `--client-header`. */
const USUAL = 'x-forwarded-for';
/** The client of an element without `for`. If it were skipped, the element to its left would count, which a client can forge. */
const UNKNOWN = 'unknown';

/** Connections of collector threads. Only their header is believed. */
const threadSockets = new WeakSet<Socket>();

export function believePeerHeader(socket: Socket): void {
  threadSockets.add(socket);
}

/**
 * Finds the clients of requests: behind trusted proxies, by the one header in which these name them.
 *
 * @example
 * const clients = new ClientAddresses(new TrustedProxies('loopback'), 'x-forwarded-for');
 * clients.networkOf(request); // '203.0.113.7', '2001:db8:0:7::/64'
 */
export class ClientAddresses {
  readonly #proxies: TrustedProxies;
  readonly #header: string;
  readonly #networks: ClientNetworks;

  /** @param header in lower case */
  constructor(proxies: TrustedProxies, header: string, networks = new ClientNetworks()) {
    this.#proxies = proxies;
    this.#header = header;
    this.#networks = networks;
  }

  /**
   * The client of a connection, for limits; '' for a trusted proxy, which connects for many.
   *
   * @param peer address at its other end
   */
  connecting(peer: string): string {
    const address = canonicalAddress(peer);
    return this.#proxies.trusts(address) ? '' : this.#networks.of(address);
  }

  /** Whether a client is on this machine. */
  isLoopback(request: IncomingMessage): boolean {
    return isLoopback(this.#clientOf(request));
  }

  /** The client of a request that is not a hit, for limits: its address, of IPv6 its network. */
  networkOf(request: IncomingMessage): string {
    return this.#networks.of(this.#clientOf(request));
  }

  /** The clients that proxies name, as in `X-Forwarded-For`; '' if none does. */
  forwardedOf(headers: IncomingHttpHeaders): string {
    const value = headers[this.#header];
    if (value === undefined) return '';
    const text = Array.isArray(value) ? value.join(', ') : value;
    return this.#header === FORWARDED ? clientsOf(text) : text;
  }

  /**
   * `X_FORWARDED_FOR`, by which a program on this machine tells the plain counter whom it counts. No proxy sets this spelling, so
   * elsewhere, from elsewhere, and where another header is believed, it would be the client's own claim.
   */
  labelOf({ headers, socket }: IncomingMessage): string {
    const { x_forwarded_for: label } = headers;
    if (typeof label !== 'string' || this.#header !== USUAL) return '';
    return isLoopback(canonicalAddress(socket.remoteAddress ?? '')) ? label : '';
  }

  #clientOf(request: IncomingMessage): string {
    return this.#proxies.clientOf(peerOf(request), this.forwardedOf(request.headers));
  }
}

/** Address at the other end of the client's connection; '' for a local socket. */
function peerOf({ socket, headers }: IncomingMessage): string {
  if (!threadSockets.has(socket)) return socket.remoteAddress ?? '';
  const peer = headers[PEER_HEADER];
  return typeof peer === 'string' ? peer : '';
}

/** A list in which each quote has an end. */
const LIST = /^(?:"(?:\\.|[^"\\])*"|[^"])*$/;
/** An element of such a list. Commas in quoted texts separate nothing. */
const ELEMENT = /(?:"(?:\\.|[^"\\])*"|[^,"])+/g;
const PARAMETER = /([^\s;="]+)=(?:"((?:\\.|[^"\\])*)"|([^\s;"]*))/g;

/**
 * The `for` of each element of a `Forwarded` header.
 *
 * @example
 * clientsOf('for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"'); // '192.0.2.60, [2001:db8::1]:4711'
 */
function clientsOf(forwarded: string): string {
  // A client can leave a quote open, so that the quotes of its proxy enclose what is between them.
  if (!LIST.test(forwarded)) return UNKNOWN;
  return Array.from(forwarded.matchAll(ELEMENT), ([element]) => forOf(element)).join(', ');
}

function forOf(element: string): string {
  const [, , quoted, plain] =
    [...element.matchAll(PARAMETER)].find(([, name]) => name!.toLowerCase() === 'for') ?? [];
  const client = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? UNKNOWN;
  // A comma would begin another client.
  return client.trim() === '' ? UNKNOWN : client.replaceAll(',', ' ');
}
