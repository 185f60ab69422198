import { BlockList, isIP, isIPv4 } from 'node:net';
import { HitError } from '../errors.ts';
import { Memo } from './memo.ts';

/** Longest client label that is kept of a forwarded header. */
const LONGEST_LABEL = 64;

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const PRIVATE = [
  ...LOOPBACK,
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/**
 * Decides which peers may speak for their clients, and finds the client's address behind them.
 *
 * @example
 * const proxies = new TrustedProxies('loopback');
 * proxies.clientOf('127.0.0.1', '203.0.113.7, 127.0.0.1'); // '203.0.113.7'
 * proxies.clientOf('198.51.100.4', '203.0.113.7');         // '198.51.100.4': this peer is not trusted
 */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #verdicts = new Memo({ most: 10_000, longest: LONGEST_LABEL }, (address) => {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  });

  /** @param setting `loopback`, `private`, `none`, or addresses and CIDR ranges separated by commas. */
  constructor(setting: string) {
    for (const range of ranges(setting)) this.#add(range);
  }

  trusts(address: string): boolean {
    return this.#verdicts.of(address);
  }

  /**
   * The client: the peer itself, or behind trusted peers the first untrusted entry of the forwarded header from the
   * right. An entry that is no address is taken as it is, as an opaque label.
   *
   * @param peer address at the other end of the connection
   * @param forwarded value of `X-Forwarded-For`, if it came
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

  #add(range: string): void {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    if (family === 0 || !/^\d*$/.test(prefix ?? '') || prefix === '' || bits > (family === 4 ? 32 : 128)) {
      throw new HitError(
        'bad_setting',
        `--trust-proxy: "${range}" is neither loopback, private, none, an address nor a CIDR range such as 10.0.0.0/8`,
      );
    }
    this.#list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
}

function ranges(setting: string): string[] {
  return setting.split(',').flatMap((word) => {
    const name = word.trim();
    if (name === 'none') return [];
    if (name === 'loopback') return LOOPBACK;
    return name === 'private' ? PRIVATE : [name];
  });
}

/** One spelling for each address: no port, no brackets, no IPv4 inside IPv6, no zone, lower case. */
export function canonicalAddress(text: string): string {
  if (isIPv4(text)) return text;
  let address = text;
  if (address.startsWith('[')) {
    const close = address.indexOf(']');
    if (close > 0) address = address.slice(1, close);
  } else if (address.indexOf(':') === address.lastIndexOf(':')) {
    const host = address.slice(0, Math.max(0, address.indexOf(':')));
    if (isIPv4(host)) return host;
  }
  const zone = address.indexOf('%');
  if (zone > 0) address = address.slice(0, zone);
  address = address.toLowerCase();
  if (address.startsWith('::ffff:') && isIPv4(address.slice(7))) return address.slice(7);
  return address.length > LONGEST_LABEL ? address.slice(0, LONGEST_LABEL) : address;
}
