/**
 * One line of an access log → plain facts.
 *
 * A log of a busy site has millions of lines, so a line is walked by `indexOf` and `charCodeAt`: no regular
 * expression over the whole line, and one `LogLine` that is reused. Each scan only moves
 * forward, so the time is linear in the length of the line, whatever its content. Words around the usual fields are
 * classified; lines repeat them, so their classes are cached.
 *
 * Real output of servers and visitors is read, not refused: truncated lines, binary requests, quotes in
 * users' names. A line is a hit if it has an address, a time, a request and a status.
 */

import { DASH, isDigit, OPENING_BRACKET, QUOTE, SPACE, ZERO } from './ascii.ts';
import { readClient } from './client.ts';
import type { LineRules } from './format.ts';
import { type LineOutcome, type LogFailure, MAX_LINE_LENGTH } from './line-outcome.ts';
import type { LogLine } from './log-line.ts';
import { isWithoutOffset, looksLikeTime, parseLogTime, timeEnd } from './log-time.ts';
import { withoutMarks } from './prefix.ts';
import { closingQuote } from './quoted.ts';
import { endOfMethod, readRequest } from './request.ts';
import { NO_SIZE } from './response-size.ts';
import { NO_RESPONSE_TIME } from './response-time.ts';
import { readTrailingFields } from './trailing-fields.ts';
import { hostNameOf, isAddress, isHostName } from './words.ts';

/**
 * Reads one line of an access log. Never throws.
 *
 * @param text the line without its line feed; a carriage return at its end is ignored
 * @param out filled in; undefined content unless the outcome is `read`
 *
 * @example
 * const line = createLogLine();
 * const outcome = parseLine('::1 - - [17/May/2015:10:05:03 +0000] "GET /a?b=1 HTTP/1.1" 200 12', ANY_LINE, line);
 * if (outcome === 'read') console.log(line.path, line.query); // /a b=1
 * else if (outcome !== 'blank') console.error(LOG_FAILURES[outcome]);
 */
export function parseLine(text: string, rules: LineRules, out: LogLine): LineOutcome {
  if (text.length > MAX_LINE_LENGTH) return 'too long';
  const line = withoutMarks(text);
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) <= SPACE) end--;
  if (end === 0) return 'blank';

  // A user's name may contain anything, even brackets. The line's timestamp is the first one before a request:
  // a name cannot forge that, since servers escape the quotes in names.
  let failure: LogFailure = 'no timestamp';
  let close = -1;
  let request = -1;
  let open = line.indexOf(' [');
  for (; open !== -1; open = line.indexOf(' [', open + 1)) {
    if (failure === 'no timestamp') failure = 'bad timestamp';
    if (!looksLikeTime(line, open + 2)) continue;
    close = timeEnd(line, open + 2);
    if (close === -1) continue;
    request = startOfRequest(line, close + 1, end);
    if (request !== -1) break;
    failure = 'no request';
  }
  if (open === -1) return failure;
  out.timeMs = parseLogTime(line, open + 2, close);
  if (Number.isNaN(out.timeMs)) return 'bad timestamp';
  out.isLocalTime = isWithoutOffset(line.slice(open + 2, close));
  if (!readClient(line, open, rules, out)) return 'no address';
  const between = wordsBetween(line, close + 1, request - 1);
  // In another format, such as that of S3, the client follows the time.
  if (between.some(isAddress) && !isAddress(out.address)) return 'no request';
  if (out.host === '' && rules.host !== 'never') out.host = hostNameOf(between.find(isHostName) ?? '');

  const requestEnd = endOfRequest(line, request, end);
  if (requestEnd === -1) return 'no status';
  const status = startOfStatus(line, requestEnd + 2, end);
  if (status === -1) return 'no status';
  const escapes = line.indexOf('\\', request) !== -1;
  readRequest(line, request, requestEnd, escapes, out);
  const rest = readStatusAndBytes(line, status, out);

  out.referrer = '';
  out.userAgent = '';
  if (rules.agent) readTrailingFields(line, rest, end, escapes, rules, out);
  return 'read';
}

/**
 * The index after the quote before a request, -1 if there is none. Words and quoted fields may precede it, such as a host or a
 * duration. A quoted field is a request if it has a method, or if a status follows: so no later field is taken for it.
 */
function startOfRequest(line: string, from: number, end: number): number {
  let first = -1;
  let at = from;
  for (let words = 0; words <= MOST_WORDS; words++) {
    const space = at;
    while (line.charCodeAt(at) === SPACE) at++;
    if (at === space || at >= end || line.charCodeAt(at) === OPENING_BRACKET) break;
    if (line.charCodeAt(at) === QUOTE) {
      const close = closingQuote(line, at + 1, end);
      if (close === -1 || endOfMethod(line, at + 1, close) !== -1) return at + 1;
      if (first === -1 && isStatus(line, close + 2, end)) return at + 1;
      if (words === 0) first = at + 1;
      at = close + 1;
    } else {
      at = line.indexOf(' ', at);
      if (at === -1) break;
    }
  }
  return first;
}

/** The words between time and request. Nearly always there are none. */
function wordsBetween(line: string, from: number, to: number): readonly string[] {
  return to - from < 2 ? NO_WORDS : (line.slice(from, to).match(/[^\s"]+/g) ?? NO_WORDS);
}

const NO_WORDS: readonly string[] = [];

/**
 * The index of the quote after a request. Some servers do not escape quotes in requests, and some write words between request
 * and status. So the request ends before a status, or otherwise after its protocol.
 */
function endOfRequest(line: string, request: number, end: number): number {
  let afterProtocol = -1;
  for (let at = closingQuote(line, request, end); at !== -1; at = closingQuote(line, at + 1, end)) {
    if (afterProtocol === -1 && PROTOCOL.test(line.slice(Math.max(request, at - LONGEST_PROTOCOL), at))) {
      afterProtocol = at;
    }
    if (!isStatus(line, at + 2, end)) continue;
    // After words, the status of this request would be one in a later field.
    return afterProtocol === -1 || startOfStatus(line, afterProtocol + 2, end) === -1 ? at : afterProtocol;
  }
  return afterProtocol;
}

const PROTOCOL = / HTTP\/\d(?:\.\d)?$/;
/** The length of ` HTTP/1.1`. */
const LONGEST_PROTOCOL = 9;
/** Words between time and request, and between request and status. */
const MOST_WORDS = 8;

/** The index of the status: usually `from`, otherwise after some words that are neither dashes nor numbers like a status. */
function startOfStatus(line: string, from: number, end: number): number {
  // A dash is the status only if no other follows.
  const isFirst =
    isStatus(line, from, end) && !(line.charCodeAt(from) === DASH && isStatusAndBytes(line, from + 2, end));
  if (isFirst) return from;
  let at = from;
  for (let words = 0; words < MOST_WORDS; words++) {
    at = line.charCodeAt(at) === QUOTE ? closingQuote(line, at + 1, end) + 1 : line.indexOf(' ', at);
    if (at <= 0 || at + 1 >= end) return -1;
    at++;
    if (line.charCodeAt(at) !== DASH && isStatus(line, at, end)) return at;
  }
  return -1;
}

/** Whether the words here are `200 12` or `200 -`. */
function isStatusAndBytes(line: string, at: number, end: number): boolean {
  if (line.charCodeAt(at) === DASH || !isStatus(line, at, end)) return false;
  return line.charCodeAt(at + 4) === DASH || isDigit(line, at + 4);
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
  const isEmpty = line.charCodeAt(bytes) === DASH;
  out.bytes = end > bytes ? numberBetween(line, bytes, end) : isEmpty ? 0 : NO_SIZE;
  out.responseTime = NO_RESPONSE_TIME;
  return end;
}

/** The digits in the range as a number, capped at the largest safe integer. */
function numberBetween(line: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + line.charCodeAt(at) - ZERO;
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
