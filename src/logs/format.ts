/** Rules for the fields of a line. */

import type { LogFields } from '../settings/log-fields.ts';
import { LOG_FORMATS, type LogFormat } from '../settings/log-format.ts';
import type { LinePattern } from './line-pattern.ts';

/** The rules for the lines of a log. Each line is read by itself; the rules resolve what is ambiguous in it. */
export interface LineRules {
  /**
   * Whether a host precedes the address. With `sometimes` and `usually`, each line decides. They differ for a line that begins
   * with two addresses: with `sometimes` they are the client and its proxy, with `usually` the host and the client.
   */
  readonly host: 'always' | 'usually' | 'sometimes' | 'never';
  /** Whether a quoted host may follow the agent. A client could forge it where that field is its `X-Forwarded-For`. */
  readonly hostAfterAgent: boolean;
  /** Whether referrer and agent are read. */
  readonly agent: boolean;
  /** Whether lines may have any format that can be recognized line by line, such as JSON. */
  readonly isAny: boolean;
  /** The notation of all lines. If it is set, the rules above do not apply. */
  readonly pattern?: LinePattern;
  /** IANA time zone of times without an offset. Default UTC. */
  readonly timezone?: string;
  /** The names of fields in JSON lines that the user states. */
  readonly fields?: LogFields;
}

/** The rules for lines of any format, which may be mixed. */
export const ANY_LINE: LineRules = { host: 'sometimes', hostAfterAgent: false, agent: true, isAny: true };

/** The rules of each format, by its notation. */
export const FORMAT_RULES = Object.fromEntries(
  Object.entries(LOG_FORMATS).map(([name, notation]) => [
    name,
    {
      host: notation.startsWith('%v') ? 'always' : 'never',
      hostAfterAgent: false,
      isAny: false,
      agent: notation.endsWith('"%{Referer}i" "%{User-Agent}i"'),
    },
  ]),
) as Readonly<Record<LogFormat, LineRules>>;
