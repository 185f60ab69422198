/** The request of a line: the text between the quotes of `"GET /path?query HTTP/1.1"`. */

import { DASH, SLASH, SPACE, UNDERSCORE, UPPER_A, UPPER_Z } from './ascii.ts';
import type { LogLine } from './log-line.ts';
import { quotedText } from './quoted.ts';
import { hostNameOf } from './words.ts';

/** The length of `HTTP/1.1` and the space before it, with room for versions to come. */
const LONGEST_PROTOCOL = 12;

/**
 * Reads method, path, query and protocol. A request that is not HTTP becomes a path without a method.
 *
 * @param from index after the opening quote
 * @param to index of the closing quote
 * @param escapes whether the line has any backslash
 */
export function readRequest(line: string, from: number, to: number, escapes: boolean, out: LogLine): void {
  const methodEnd = endOfMethod(line, from, to);
  if (methodEnd === -1) {
    out.method = '';
    out.query = '';
    out.protocol = '';
    out.path = quotedText(line, from, to, escapes) || '-';
    return;
  }
  out.method = line.slice(from, methodEnd);
  const protocol = startOfProtocol(line, methodEnd, to);
  out.protocol = line.slice(protocol, to);

  let target = methodEnd + 1;
  let targetEnd = protocol;
  while (targetEnd > target && line.charCodeAt(targetEnd - 1) === SPACE) targetEnd--;
  while (target < targetEnd && line.charCodeAt(target) === SPACE) target++;
  if (line.charCodeAt(target) !== SLASH) target = readAuthority(line, target, targetEnd, out);
  readTarget(line, target, targetEnd, escapes, out);
}

/** The index of the space after a method such as `GET` or `M-SEARCH`, -1 if the request has none. */
export function endOfMethod(line: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = line.charCodeAt(at);
    if (code >= UPPER_A && code <= UPPER_Z) continue;
    if (at === from) return -1;
    if (code === SPACE) return at;
    if (code !== DASH && code !== UNDERSCORE) return -1;
  }
  return -1;
}

/** The index of `HTTP/1.1` at the end of a request, `to` if it names no protocol. */
function startOfProtocol(line: string, methodEnd: number, to: number): number {
  for (let at = to - 1; at > methodEnd && at >= to - LONGEST_PROTOCOL; at--) {
    if (line.charCodeAt(at) === SPACE) return line.startsWith('HTTP/', at + 1) ? at + 1 : to;
  }
  return to;
}

/**
 * Reads `http://user@host:80` of a request for a whole URL, as sent to proxies. Its host is used if the line
 * names no other.
 *
 * @returns the index where the path begins; `from` if this is not a URL
 */
function readAuthority(line: string, from: number, to: number, out: LogLine): number {
  const url = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]*)/i.exec(line.slice(from, to));
  if (url === null) return from;
  const [prefix, host = ''] = url;
  if (out.host === '') out.host = hostNameOf(host);
  return from + prefix.length;
}

/** Splits the target into path and query, and drops the fragment. */
function readTarget(line: string, from: number, to: number, escapes: boolean, out: LogLine): void {
  let end = line.indexOf('#', from);
  if (end === -1 || end > to) end = to;
  let pathEnd = line.indexOf('?', from);
  if (pathEnd === -1 || pathEnd > end) pathEnd = end;
  out.path = pathEnd === from ? '/' : quotedText(line, from, pathEnd, escapes);
  out.query = pathEnd === end ? '' : quotedText(line, pathEnd + 1, end, escapes);
}
