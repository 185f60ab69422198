/** What the lines of a format have, by its notation. */

import { LOG_FORMATS, type LogFormat } from '../settings/log-format.ts';

/** Whether lines begin with the requested host. */
export function withHost(format: LogFormat): boolean {
  return LOG_FORMATS[format].startsWith('%v');
}

/** Whether lines have a referrer and a user agent. */
export function withAgent(format: LogFormat): boolean {
  return LOG_FORMATS[format].endsWith('"%{Referer}i" "%{User-Agent}i"');
}
