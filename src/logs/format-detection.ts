import { isIP } from 'node:net';
import type { LogFormat, LogFormatChoice } from '../settings/log-format.ts';
import { parseLine } from './line.ts';
import { createLogLine } from './log-line.ts';
import { linesOf } from './source.ts';

/** Two quoted fields after status and size; the second may lack its closing quote. */
const REFERRER_AND_AGENT = /" (?:\d{3}|-) (?:\d+|-) (?:[^" ]+ )*"(?:[^"\\]|\\.)*" "/;

/**
 * The format in which a log is read. One in which nothing is readable is read as `combined`, so that its lines are listed.
 *
 * @param sample the beginning of the log
 */
export function chosenFormat(choice: LogFormatChoice, sample: string): LogFormat {
  return choice === 'auto' ? (detectFormat(linesOf(sample)) ?? 'combined') : choice;
}

/**
 * Detects the format of a log from its first lines. Unreadable lines are ignored.
 *
 * One line with a referrer and a user agent makes the log `combined`, since that format also accepts lines
 * without them. A host in front must be present in most of the lines.
 *
 * @param lines the first lines of the log; a few dozen are plenty
 * @returns undefined if no line is readable in any format
 *
 * @example
 * detectFormat(['::1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12']); // 'common'
 */
export function detectFormat(lines: readonly string[]): LogFormat | undefined {
  const line = createLogLine();
  let readable = 0;
  let hosts = 0;
  let agents = 0;
  for (const text of lines) {
    // Readability does not depend on what distinguishes the formats.
    if (parseLine(text, 'combined', line) !== 'read') continue;
    readable++;
    if (startsWithHost(text)) hosts++;
    if (REFERRER_AND_AGENT.test(text)) agents++;
  }
  if (readable === 0) return undefined;
  const hasHosts = hosts * 2 > readable;
  if (agents > 0) return hasHosts ? 'vhost' : 'combined';
  return hasHosts ? 'commonvhost' : 'common';
}

/**
 * Whether there is one field more than `address ident user` before the timestamp. A user's name may contain spaces,
 * so counting is not enough: the second field must be an address, or be followed by the `-` of the ident that
 * no server requests any more.
 */
function startsWithHost(text: string): boolean {
  const fields = text.slice(0, text.indexOf(' [')).trimStart().replaceAll(', ', ',').split(' ', 4);
  const [, second = '', third] = fields;
  return fields.length === 4 && second !== '-' && (third === '-' || isIP(second) !== 0);
}
