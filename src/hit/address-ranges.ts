import { BlockList, isIP } from 'node:net';
import { Memo } from '../cache/memo.ts';
import { HitError } from '../errors.ts';

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
/** Longer texts are no addresses. */
const LONGEST = 64;

/**
 * A set of addresses, as settings name it.
 *
 * @example
 * const ranges = new AddressRanges('loopback, 10.0.0.0/8', '--trust-proxy');
 * ranges.has('10.1.2.3'); // true
 */
export class AddressRanges {
  readonly #list = new BlockList();
  readonly #cache = new Memo({ most: 10_000, longest: LONGEST }, (address) => {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  });

  /**
   * @param setting `loopback`, `private`, `none`, or addresses and CIDR ranges separated by commas
   * @param name of the setting, for the error
   * @throws HitError `bad_setting` for any other
   */
  constructor(setting: string, name: string) {
    for (const range of rangesOf(setting)) this.#add(range, name);
  }

  /** @param address in its canonical form; a text that is no address is in no set */
  has(address: string): boolean {
    return this.#cache.of(address);
  }

  #add(range: string, name: string): void {
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const bits = prefix === undefined ? most : Number(prefix);
    if (family === 0 || bits > most) {
      throw new HitError(
        'bad_setting',
        `${name}: "${range}" is neither loopback, private, none, an address nor a CIDR range such as 10.0.0.0/8`,
      );
    }
    this.#list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
}

function rangesOf(setting: string): string[] {
  return setting.split(',').flatMap((word) => {
    const name = word.trim();
    if (name === 'none') return [];
    if (name === 'loopback') return LOOPBACK;
    return name === 'private' ? PRIVATE : [name];
  });
}
