/**
 * The access log formats that `import` reads, in the notation of Apache's `LogFormat`. nginx's `combined` is
 * Apache's; `vhost` is Debian's `vhost_combined`, with or without the port. More fields may follow on the line.
 *
 * The flag, its help, the route and the tests take the names from here.
 */
export const LOG_FORMATS = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost: '%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  commonvhost: '%v:%p %h %l %u %t "%r" %>s %b',
} as const;

export type LogFormat = keyof typeof LOG_FORMATS;
export const LOG_FORMAT_NAMES = Object.keys(LOG_FORMATS) as readonly LogFormat[];

/** A format, or `auto` to detect it from the first lines. */
export type LogFormatChoice = LogFormat | 'auto';
export const LOG_FORMAT_CHOICES: readonly LogFormatChoice[] = ['auto', ...LOG_FORMAT_NAMES];
