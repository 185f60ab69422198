/**
 * One line of an access log → plain facts.
 *
 * A log of a busy site has millions of lines, so a line is walked by `indexOf` and `charCodeAt`: no regular
 * expression over the whole line, no arrays, and one `LogLine` that is reused. Each scan only moves
 * forward, so the time is linear in the length of the line, whatever its content.
 *
 * Real output of servers and visitors is read, not refused: truncated lines, binary requests, quotes in
 * users' names. A line is a hit if it has an address, a time, a request and a status.
 */

import type { LogFormat } from '../settings/log-format.ts';
import { DASH, isDigit, QUOTE, SPACE, ZERO } from './ascii.ts';
import { readClient, userBetween } from './client.ts';
import { withAgent, withHost } from './format.ts';
import type { LogLine } from './log-line.ts';
import { looksLikeTime, parseLogTime, timeEnd } from './log-time.ts';
import { closingQuote, optionalText, quotedText } from './quoted.ts';
import { readRequest } from './request.ts';

/** The longest line that is read, in characters. Servers truncate requests at 8 KiB, rarely later. */
export const MAX_LINE_LENGTH = 65_536;
/** Bytes of a line after which it is cut where it is, and not waited for: more than any line that is read. */
export const MAX_HELD_BYTES = 4 * MAX_LINE_LENGTH;

/** Reasons why a line is unreadable, each with a message for people. */
export const LOG_FAILURES = {
  'too long': `The line has more than ${MAX_LINE_LENGTH} characters.`,
  'no timestamp': 'The line has no timestamp in brackets: it is not a line of an access log.',
  'bad timestamp': 'The timestamp is not a date such as [17/May/2015:10:05:03 +0000].',
  'no request': 'No request in quotes follows the timestamp.',
  'no status': 'No status of three digits follows the request.',
} as const;

type LogFailure = keyof typeof LOG_FAILURES;

/** `read`: the facts are filled in. `blank`: an empty line, to be skipped. Otherwise: why the line is unreadable. */
export type LineOutcome = 'read' | 'blank' | LogFailure;

/**
 * Reads one line of an access log. Never throws.
 *
 * @param line without its line feed; a carriage return at its end is ignored
 * @param out filled in; undefined content unless the outcome is `read`
 *
 * @example
 * const line = createLogLine();
 * const outcome = parseLine('::1 - - [17/May/2015:10:05:03 +0000] "GET /a?b=1 HTTP/1.1" 200 12', 'common', line);
 * if (outcome === 'read') console.log(line.path, line.query); // /a b=1
 * else if (outcome !== 'blank') console.error(LOG_FAILURES[outcome]);
 */
export function parseLine(line: string, format: LogFormat, out: LogLine): LineOutcome {
  if (line.length > MAX_LINE_LENGTH) return 'too long';
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) <= SPACE) end--;
  if (end === 0) return 'blank';

  const addressEnd = readClient(line, withHost(format), out);
  if (addressEnd === -1) return 'no timestamp';

  // A user's name may contain anything, even brackets. The line's timestamp is the first one before a request:
  // a name cannot forge that, since servers escape the quotes in names.
  let failure: LogFailure = 'no timestamp';
  let close = -1;
  let open = line.indexOf(' [', addressEnd);
  for (; open !== -1; open = line.indexOf(' [', open + 1)) {
    if (failure === 'no timestamp') failure = 'bad timestamp';
    if (!looksLikeTime(line, open + 2)) continue;
    close = timeEnd(line, open + 2);
    if (close === -1) continue;
    if (line.charCodeAt(close + 1) === SPACE && line.charCodeAt(close + 2) === QUOTE) break;
    failure = 'no request';
  }
  if (open === -1) return failure;
  out.timeMs = parseLogTime(line, open + 2, close);
  if (Number.isNaN(out.timeMs)) return 'bad timestamp';
  out.user = userBetween(line, addressEnd, open);

  const request = close + 3;
  let requestEnd = closingQuote(line, request, end);
  // Some servers do not escape quotes in requests: then the closing quote is the one before a status.
  while (requestEnd !== -1 && !isStatus(line, requestEnd + 2, end)) {
    requestEnd = closingQuote(line, requestEnd + 1, end);
  }
  if (requestEnd === -1) return 'no status';
  const escapes = line.indexOf('\\', request) !== -1;
  readRequest(line, request, requestEnd, escapes, out);
  const rest = readStatusAndBytes(line, requestEnd + 2, out);

  out.referrer = '';
  out.userAgent = '';
  if (withAgent(format)) readReferrerAndAgent(line, rest, end, escapes, out);
  return 'read';
}

/** Whether the word here is `200` or `-`. */
function isStatus(line: string, at: number, end: number): boolean {
  const length = line.charCodeAt(at) === DASH ? 1 : 3;
  if (at + length > end) return false;
  if (at + length < end && line.charCodeAt(at + length) !== SPACE) return false;
  return length === 1 || (isDigit(line, at) && isDigit(line, at + 1) && isDigit(line, at + 2));
}

/** Reads `200 1234`. Returns the index after it. */
function readStatusAndBytes(line: string, status: number, out: LogLine): number {
  const isNone = line.charCodeAt(status) === DASH;
  out.status = isNone ? 0 : numberBetween(line, status, status + 3);
  const bytes = status + (isNone ? 2 : 4);
  let end = bytes;
  while (isDigit(line, end)) end++;
  out.bytes = numberBetween(line, bytes, end);
  return end;
}

/** The digits in the range as a number, capped at the largest safe integer. */
function numberBetween(line: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + line.charCodeAt(at) - ZERO;
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** Reads `"referrer" "agent"`. On a truncated line, the closing quote of the last one, or both fields may be missing. */
function readReferrerAndAgent(line: string, from: number, end: number, escapes: boolean, out: LogLine): void {
  const referrer = line.indexOf('"', from) + 1;
  if (referrer === 0) return;
  const referrerEnd = closingQuote(line, referrer, end);
  out.referrer = optionalText(line, referrer, referrerEnd === -1 ? end : referrerEnd, escapes);
  if (referrerEnd === -1) return;
  const agent = line.indexOf('"', referrerEnd + 1) + 1;
  if (agent === 0) return;
  const agentEnd = closingQuote(line, agent, end);
  out.userAgent = quotedText(line, agent, agentEnd === -1 ? end : agentEnd, escapes);
}
