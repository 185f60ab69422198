/** Classifies the words of a line: addresses and names of hosts. */

import { isIP } from 'node:net';
import { canonicalAddress, TrustedProxies } from '../hit/address.ts';
import { siteName } from '../hit/site-name.ts';
import { CLOSING_BRACKET, COLON, isDigit } from './ascii.ts';

/** Clients' ports are above, nearly always. */
const FIRST_CLIENT_PORT = 10_000;
/** The longest text of an address, with brackets, zone and port. */
const LONGEST_ADDRESS = 64;

const privateNetworks = new TrustedProxies('private');

/** Whether a word is an IPv4 or IPv6 address, with or without brackets and a port. */
export function isAddress(word: string): boolean {
  return word.length > 1 && word.length <= LONGEST_ADDRESS && isIP(canonicalAddress(word)) !== 0;
}

/** Whether an address is outside of private networks, in which proxies are. */
export function isPublic(address: string): boolean {
  return !privateNetworks.trusts(canonicalAddress(address));
}

/** The port after an address or a name; 0 for none. */
function portOf(word: string): number {
  const name = endOfHostName(word, 0, word.length);
  return name === word.length ? 0 : Number(word.slice(name + 1));
}

/** Whether an address has the port of a server: the request went there, and did not come from there. */
export function hasServerPort(address: string): boolean {
  const port = portOf(address);
  return port > 0 && port < FIRST_CLIENT_PORT;
}

/**
 * Whether a word is the name of a host: it has a dot and a top level of letters, or a port, or is `localhost`. Other words before
 * an address are names of services and machines, which programs put before lines that they forward.
 */
export function isHostName(word: string): boolean {
  const name = word.slice(0, endOfHostName(word, 0, word.length));
  const isNamed = name === 'localhost' || portOf(word) > 0 || /\.[a-z][a-z0-9-]*\.?$/i.test(name);
  // A program or a file before a colon, such as `access.log:` by grep.
  return isNamed && !word.endsWith(':') && !isAddress(word) && siteName(word) !== '';
}

/**
 * Where the name of `host:port` ends. An IPv6 address without brackets has colons, but no port.
 *
 * @param to index after the host and its port, if any
 */
export function endOfHostName(text: string, from: number, to: number): number {
  let colon = to - 1;
  while (colon > from && isDigit(text, colon)) colon--;
  if (colon <= from || text.charCodeAt(colon) !== COLON) return to;
  return text.charCodeAt(colon - 1) === CLOSING_BRACKET || text.indexOf(':', from) === colon ? colon : to;
}

/** The name of `host:port`. */
export function hostNameOf(word: string): string {
  return word.slice(0, endOfHostName(word, 0, word.length));
}

/**
 * The client in a list of addresses such as `X-Forwarded-For`, which grows at its end from proxy to proxy: the first public
 * one; if all are private, the first.
 */
export function clientOfList(addresses: readonly string[]): string {
  return addresses.find(isPublic) ?? addresses[0] ?? '';
}

/** The client that proxies name in a text such as that of `X-Forwarded-For`; '' if it has no address. */
export function forwardedClient(text: string): string {
  return clientOfList(text.split(/[\s,]+/).filter(isAddress));
}

/** Whether a text has addresses, and nothing else but `unknown` and `-`. */
export function isAddressList(text: string): boolean {
  const words = text.split(/[\s,]+/).filter((word) => word !== '' && word !== 'unknown' && word !== '-');
  return words.length > 0 && words.every(isAddress);
}
