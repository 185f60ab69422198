/** How the fields of a line are told apart. */

import { LOG_FORMATS, type LogFormat } from '../settings/log-format.ts';
import type { LinePattern } from './line-pattern.ts';

/** The rules by which the lines of a log are read. Each line is judged by itself; they decide what it leaves open. */
export interface LineRules {
  /**
   * Whether a host precedes the address. `sometimes` and `usually` are judged by the line; they differ for a line that begins
   * with two addresses: `sometimes` takes them for a client and its proxy, `usually` for the host and the client.
   */
  readonly host: 'always' | 'usually' | 'sometimes' | 'never';
  /** Whether a quoted host may follow the agent. A client could forge it where that field is its `X-Forwarded-For`. */
  readonly hostAfterAgent: boolean;
  /** Whether referrer and agent are read. */
  readonly agent: boolean;
  /** Whether lines may be of any format that a line shows by itself, such as JSON. */
  readonly isAny: boolean;
  /** The notation that all lines follow, instead of all else. */
  readonly pattern?: LinePattern;
}

/** The rules of lines of any of these formats, mixed. */
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
