import { Memo } from '../cache/memo.ts';
import { ipv6Groups } from './ip-address.ts';

/** Leading bits of an IPv6 address that a client keeps: a provider gives each customer at least the other 64 bits. */
const USUAL_IPV6_PREFIX = 64;

const GROUP_BITS = 16;
/** Groups that a network is written with, if its addresses share at most 64 bits. */
const LEAST_GROUPS = 4;
/** Longer texts are labels, and not remembered. */
const LONGEST_ADDRESS = 64;
/** An IPv4 address that a translator has put into IPv6 (RFC 6052). */
const TRANSLATED = '64:ff9b::';

/**
 * The network of a client, which counts as one: it can choose the rest of its IPv6 address, and many devices change it all the time.
 *
 * @example
 * new ClientNetworks().of('2001:db8:0:7::1');   // '2001:db8:0:7::/64'
 * new ClientNetworks(48).of('2001:db8:0:7::1'); // '2001:db8:0:0::/48'
 */
export class ClientNetworks {
  readonly #networks: Memo<string>;

  /** @param prefix leading bits of an IPv6 address, 32 to 128 */
  constructor(prefix = USUAL_IPV6_PREFIX) {
    const bounds = { most: 10_000, longest: LONGEST_ADDRESS };
    this.#networks = new Memo(bounds, (address) => networkOf(address, prefix));
  }

  /**
   * The network of an IPv6 address; an IPv4 address and a label unchanged.
   *
   * @param client from `TrustedProxies` or `canonicalAddress`
   */
  of(client: string): string {
    return client.includes(':') ? this.#networks.of(client) : client;
  }
}

function networkOf(address: string, prefix: number): string {
  const groups = address.startsWith(TRANSLATED) ? undefined : ipv6Groups(address);
  if (!groups) return address;
  const written = Math.max(LEAST_GROUPS, Math.ceil(prefix / GROUP_BITS));
  const kept = groups.slice(0, written).map((group, i) => {
    const others = Math.min(Math.max((i + 1) * GROUP_BITS - prefix, 0), GROUP_BITS);
    return ((group >>> others) << others).toString(16);
  });
  return `${kept.join(':')}${written < groups.length ? '::' : ''}/${prefix}`;
}
