/**
 * The supported access log formats, in the notation of Apache's `LogFormat`. nginx's `combined` is
 * Apache's; `vhost` is Debian's `vhost_combined`, with or without the port. More fields may follow on the line.
 */
export const LOG_FORMATS = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost: '%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  commonvhost: '%v:%p %h %l %u %t "%r" %>s %b',
} as const;

export type LogFormat = keyof typeof LOG_FORMATS;
export const LOG_FORMAT_NAMES = Object.keys(LOG_FORMATS) as readonly LogFormat[];

/** Whether lines begin with the requested host. */
export function withHost(format: LogFormat): boolean {
  return format === 'vhost' || format === 'commonvhost';
}

/** Whether lines have a referrer and a user agent. */
export function withAgent(format: LogFormat): boolean {
  return format === 'combined' || format === 'vhost';
}
