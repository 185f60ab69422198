import { suggestion } from '../schema/suggestion.ts';
import { bad } from './setting.ts';

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

/** A format, `auto` to recognize the format of each line, or a notation of Apache or nginx. */
export type LogFormatChoice = string;
export const LOG_FORMAT_CHOICES: readonly string[] = ['auto', ...LOG_FORMAT_NAMES];

/** Whether a choice is a notation, and not the name of a format. */
export function isNotation(text: string): boolean {
  return /[%$]/.test(text);
}

/**
 * @param name of the flag, or of the parameter
 * @throws HitError `bad_setting` for a text that is neither a name nor a notation
 */
export function readLogFormat(text: string, name: string): LogFormatChoice {
  if (isNotation(text) || LOG_FORMAT_CHOICES.includes(text)) return text;
  throw bad(
    name,
    text,
    `one of ${LOG_FORMAT_CHOICES.join(', ')}${suggestion(text, LOG_FORMAT_CHOICES)}. ` +
      'With auto, other formats such as those of Caddy, IIS and HAProxy are recognized; for a format of your own, give its LogFormat or log_format',
  );
}
