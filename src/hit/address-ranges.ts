import { Memo } from '../cache/memo.ts';
import { HitError } from '../errors.ts';
import { isWithin, type Network, parseNetwork } from './ip-address.ts';

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
/** Longer texts are not addresses. */
const LONGEST = 64;

/**
 * A set of addresses, as settings name it.
 *
 * @example
 * const ranges = new AddressRanges('loopback, 10.0.0.0/8', '--trust-proxy');
 * ranges.has('10.1.2.3'); // true
 */
export class AddressRanges {
  readonly #networks: readonly Network[];
  readonly #cache = new Memo({ most: 10_000, longest: LONGEST }, (address) =>
    this.#networks.some((network) => isWithin(address, network)),
  );

  /**
   * @param setting `loopback`, `private`, `none`, or addresses and CIDR ranges separated by commas
   * @param name of the setting, for the error
   * @throws HitError `bad_setting` for any other
   */
  constructor(setting: string, name: string) {
    this.#networks = rangesOf(setting).map((range) => networkOf(range, name));
  }

  /** @param address in its canonical form; a text that is not an address is in no set */
  has(address: string): boolean {
    return this.#cache.of(address);
  }
}

function networkOf(range: string, name: string): Network {
  const network = parseNetwork(range);
  if (network) return network;
  throw new HitError(
    'bad_setting',
    `${name}: "${range}" is neither loopback, private, none, an address nor a CIDR range such as 10.0.0.0/8`,
  );
}

function rangesOf(setting: string): string[] {
  return setting.split(',').flatMap((word) => {
    const name = word.trim();
    if (name === 'none') return [];
    if (name === 'loopback') return LOOPBACK;
    return name === 'private' ? PRIVATE : [name];
  });
}
