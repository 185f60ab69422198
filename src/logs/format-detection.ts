import { isIP } from 'node:net';
import type { LogFormat } from './format.ts';
import { parseLine } from './line.ts';
import { createLogLine } from './log-line.ts';

/** Two quoted fields after status and size; the second may lack its closing quote. */
const REFERRER_AND_AGENT = /" (?:\d{3}|-) (?:\d+|-) (?:[^" ]+ )*"(?:[^"\\]|\\.)*" "/;

/**
 * The format of a log, judged by its first lines. Lines that cannot be read have no say.
 *
 * One line with a referrer and a user agent makes the log `combined`, since that format also reads lines that
 * lack them. A host in front must be there in most of the lines.
 *
 * @param lines the first lines of the log; some dozens are plenty
 * @returns undefined where no line can be read in any format
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
    // What tells one format from another does not decide whether a line can be read.
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
 * Whether one field more than `address ident user` stands before the timestamp. A user's name may hold spaces,
 * so counting is not enough: the second field must be an address, or be followed by the `-` of the ident that
 * no server asks for any more.
 */
function startsWithHost(text: string): boolean {
  const fields = text.slice(0, text.indexOf(' [')).trimStart().replaceAll(', ', ',').split(' ', 4);
  const [, second = '', third] = fields;
  return fields.length === 4 && second !== '-' && (third === '-' || isIP(second) !== 0);
}
