/** The fields of a line before its timestamp: `host:port address ident user`. */

import { CLOSING_BRACKET, COLON, COMMA, DASH, isDigit, SPACE } from './ascii.ts';
import type { LogLine } from './log-line.ts';

/**
 * Reads host and address.
 *
 * @param withHost whether the format has a host before the address
 * @returns the index after the address, or after the list of addresses; -1 if the line is a single word
 */
export function readClient(line: string, withHost: boolean, out: LogLine): number {
  let from = 0;
  while (line.charCodeAt(from) <= SPACE) from++;
  let to = line.indexOf(' ', from);
  out.host = '';
  // A dash cannot be an address: such a line was written before the host was added to the format.
  if (withHost && to !== -1 && !(line.charCodeAt(to + 1) === DASH && line.charCodeAt(to + 2) === SPACE)) {
    out.host = line.slice(from, endOfHostName(line, from, to));
    from = to + 1;
    to = line.indexOf(' ', from);
  }
  if (to === -1) return -1;
  // Behind a proxy, the first field may be the list of X-Forwarded-For. Its first entry is the client.
  out.address = line.slice(from, line.charCodeAt(to - 1) === COMMA ? to - 1 : to);
  while (to !== -1 && line.charCodeAt(to - 1) === COMMA) to = line.indexOf(' ', to + 1);
  return to;
}

/**
 * The user from ` ident user`, whatever characters the name has. '' if the fields are missing.
 *
 * @param from index after the address
 * @param to index of the space before the timestamp
 */
export function userBetween(line: string, from: number, to: number): string {
  if (from >= to) return '';
  const space = line.indexOf(' ', from + 1);
  return space >= to ? '' : line.slice(space + 1, to);
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
