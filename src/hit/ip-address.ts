/**
 * IP addresses as text and as numbers, without Node's `net`, which other runtimes lack.
 *
 * Invariant: each function answers as `isIPv4`, `isIPv6` and `SocketAddress` of Node do for an address without a zone, so visitors
 * have the same hashes wherever they are counted.
 */

const LONGEST_IPV4 = 15;
const LONGEST_IPV6 = 45;
const ZERO = 48;
const DOT = 46;
const GROUPS = 8;
const GROUP_BITS = 16;
/** The groups in front of an IPv4 address within IPv6 (RFC 4291, 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/**
 * An IPv4 address (four decimal numbers without leading zeros) as an unsigned number, or -1 for any other text.
 *
 * @example
 * ipv4Number('1.2.3.4'); // 16909060
 */
export function ipv4Number(text: string): number {
  if (text.length > LONGEST_IPV4) return -1;
  let number = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else {
      if (digit !== DOT - ZERO || part < 0) return -1;
      number = number * 256 + part;
      part = -1;
      dots++;
    }
  }
  return dots === 3 && part >= 0 ? number * 256 + part : -1;
}

export function isIPv4(text: string): boolean {
  return ipv4Number(text) >= 0;
}

/** Whether a text is an IPv6 address, without brackets and zone. */
export function isIPv6(text: string): boolean {
  return ipv6Groups(text) !== undefined;
}

/**
 * The eight groups of 16 bits of an IPv6 address, or undefined for any other text.
 *
 * @example
 * ipv6Groups('2001:db8::7'); // [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7]
 */
export function ipv6Groups(text: string): readonly number[] | undefined {
  if (text.length > LONGEST_IPV6) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (!tail) return head.length === GROUPS ? head : undefined;
  // A double colon stands for one group of zeros or more.
  const zeros = GROUPS - head.length - tail.length;
  return zeros > 0 ? [...head, ...new Array<number>(zeros).fill(0), ...tail] : undefined;
}

/** The groups on one side of a double colon. @param isLast whether they end the address, perhaps with an IPv4 address */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (const [i, word] of words.entries()) {
    const number = isLast && i === words.length - 1 ? ipv4Number(word) : -1;
    if (number >= 0) groups.push(number >>> GROUP_BITS, number & 0xffff);
    else if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/**
 * An IPv6 address as RFC 5952 spells it: lower case, the first longest run of zeros as `::`; one that holds an IPv4 address ends
 * with it.
 *
 * @param groups from `ipv6Groups`
 */
export function ipv6Text(groups: readonly number[]): string {
  const { start, length } = longestZeros(groups);
  const holdsIPv4 = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const words = groups.map((group) => group.toString(16));
  if (holdsIPv4) words.splice(6, 2, bytesOf(groups[6]!, groups[7]!).join('.'));
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  }
  return best;
}

function bytesOf(...groups: number[]): number[] {
  return groups.flatMap((group) => [group >>> 8, group & 0xff]);
}

/** A range of addresses; one of IPv4 is kept as the same range within IPv6. */
export interface Network {
  readonly groups: readonly number[];
  /** Leading bits that the addresses of the network share, of 128. */
  readonly bits: number;
}

/**
 * @param range an address, or an address, `/` and the number of leading bits
 * @returns undefined for any other text
 * @example
 * parseNetwork('10.0.0.0/8'); // the addresses from 10.0.0.0 to 10.255.255.255
 */
export function parseNetwork(range: string): Network | undefined {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  const groups = allGroups(address);
  if (!groups) return undefined;
  const most = isIPv4(address) ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  return bits > most ? undefined : { groups, bits: 128 - most + bits };
}

/** Whether an address is in a network; a text that is not an address is in none. */
export function isWithin(address: string, { groups, bits }: Network): boolean {
  const own = allGroups(address);
  if (!own) return false;
  return groups.every((group, i) => {
    const shared = Math.min(Math.max(bits - i * GROUP_BITS, 0), GROUP_BITS);
    return (group ^ own[i]!) >>> (GROUP_BITS - shared) === 0;
  });
}

/** The groups of an address of either kind. */
function allGroups(address: string): readonly number[] | undefined {
  const number = ipv4Number(address);
  return number >= 0 ? [...MAPPED, number >>> GROUP_BITS, number & 0xffff] : ipv6Groups(address);
}
