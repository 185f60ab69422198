import { Memo } from '../cache/memo.ts';
import { AddressRanges } from './address-ranges.ts';
import { ipv6Groups, ipv6Text, isIPv4 } from './ip-address.ts';

/** Maximum length of a client label kept from a forwarded header. */
const LONGEST_LABEL = 64;

/**
 * Decides which peers are trusted proxies, and finds the client's address behind them.
 *
 * @example
 * const proxies = new TrustedProxies('loopback');
 * proxies.clientOf('127.0.0.1', '203.0.113.7, 127.0.0.1'); // '203.0.113.7'
 * proxies.clientOf('198.51.100.4', '203.0.113.7');         // '198.51.100.4': this peer is not trusted
 */
export class TrustedProxies {
  readonly #ranges: AddressRanges;

  /**
   * @param setting `loopback`, `private`, `none`, or addresses and CIDR ranges separated by commas
   * @param name of the setting, for errors
   * @throws HitError `bad_setting` that names a range that is none of these
   */
  constructor(setting: string, name = '--trust-proxy') {
    this.#ranges = new AddressRanges(setting, name);
  }

  trusts(address: string): boolean {
    return this.#ranges.has(address);
  }

  /**
   * The client: the peer itself or, behind trusted peers, the first untrusted entry of the forwarded header from the
   * right. An entry that is not an address is kept unchanged as an opaque label.
   *
   * @param peer address at the other end of the connection
   * @param forwarded value of `X-Forwarded-For`, if present
   */
  clientOf(peer: string, forwarded: string | undefined): string {
    let client = canonicalAddress(peer);
    if (!forwarded) return client;
    let end = forwarded.length;
    while (end >= 0 && this.trusts(client)) {
      const comma = end > 0 ? forwarded.lastIndexOf(',', end - 1) : -1;
      const entry = forwarded.slice(comma + 1, end).trim();
      if (entry !== '') client = canonicalAddress(entry);
      end = comma;
    }
    return client;
  }
}

const spellings = new Memo({ most: 10_000, longest: LONGEST_LABEL }, (text) => {
  const address = bareAddress(text);
  if (isIPv4(address)) return address;
  const groups = ipv6Groups(address);
  if (!groups) return text;
  const canonical = ipv6Text(groups);
  return canonical.startsWith('::ffff:') && isIPv4(canonical.slice(7)) ? canonical.slice(7) : canonical;
});

/**
 * Canonical form of an address: no port, brackets, zone or IPv4-mapped IPv6; IPv6 follows RFC 5952. Text that is not an
 * address is a label: it stays unchanged, cut to 64 characters.
 *
 * @example
 * canonicalAddress('[2001:DB8:0::1]:4711'); // '2001:db8::1'
 */
export function canonicalAddress(text: string): string {
  return isIPv4(text) ? text : spellings.of(text);
}

/** Whether a client is on this machine. @param client from `TrustedProxies` or `canonicalAddress` */
export function isLoopback(client: string): boolean {
  return client.startsWith('127.') || client === '::1';
}

/** The address in `1.2.3.4:80`, `[::1]:80` and `fe80::1%eth0`. */
function bareAddress(text: string): string {
  let end = text.indexOf('%');
  if (end < 0) end = text.length;
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    return close < 0 ? text : text.slice(1, Math.min(close, end));
  }
  const colon = text.indexOf(':');
  return text.slice(0, colon >= 0 && colon === text.lastIndexOf(':') ? colon : end);
}
