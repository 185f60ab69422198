/**
 * Lines of the W3C extended log format, whose directive `#Fields:` names the fields of the lines after it: those of IIS and
 * CloudFront. Times are in UTC.
 */

import type { LogLine } from './log-line.ts';
import { parseLogTime } from './log-time.ts';
import { sizeOf } from './response-size.ts';
import { responseTimeOf } from './response-time.ts';
import { forwardedClient, hostNameOf } from './words.ts';

const DIRECTIVE = /^#(?:Version|Fields|Software|Start-Date|End-Date|Date|Remark):/i;
const FIELDS = /^#Fields:\s*(.*?)\s*$/i;

/** Whether a line is about the log, not about a request. */
export function isDirective(line: string): boolean {
  return DIRECTIVE.test(line);
}

/** The fields that a directive names; undefined for another line. */
export function fieldsOf(line: string): readonly string[] | undefined {
  return FIELDS.exec(line)?.[1]?.toLowerCase().split(/\s+/);
}

/**
 * Reads a line of these fields.
 *
 * @param out filled in; undefined content unless the line is read
 */
export function parseW3cLine(line: string, fields: readonly string[], out: LogLine): 'read' | 'no fields' {
  const values = line.includes('\t') ? line.split('\t') : (line.match(/"[^"]*"|\S+/g) ?? []);
  if (values.length < fields.length) return 'no fields';
  const of = (...names: string[]): string => {
    for (const name of names) {
      const value = values[fields.indexOf(name)]?.replace(/^"|"$/g, '') ?? '-';
      if (value !== '-' && value !== '') return value;
    }
    return '';
  };
  const date = of('date');
  out.timeMs = parseLogTime(date === '' ? of('datetime', 'timestamp') : `${date}T${of('time')}`);
  out.isLocalTime = false;
  out.address = forwardedClient(decoded(of('x-forwarded-for', 'cs(x-forwarded-for)'))) || of('c-ip');
  const uri = of('cs-uri');
  const path = uri.split('?', 1)[0]!;
  out.path = of('cs-uri-stem') || path;
  if (Number.isNaN(out.timeMs) || out.address === '' || out.path === '') return 'no fields';
  out.query = of('cs-uri-query') || uri.slice(path.length + 1);
  out.host = hostNameOf(of('x-host-header', 'cs-host', 'cs(host)'));
  out.user = of('cs-username');
  // In a log without methods, nearly all requests are for pages and their resources.
  out.method = fields.includes('cs-method') ? of('cs-method') : 'GET';
  out.protocol = of('cs-version', 'cs-protocol-version');
  out.status = Number(of('sc-status')) || 0;
  out.bytes = sizeOf(of('sc-bytes'));
  // IIS writes milliseconds, CloudFront and the specification seconds with a fraction.
  const duration = of('time-taken');
  out.responseTime = responseTimeOf(duration, duration.includes('.') ? 's' : 'ms');
  out.referrer = decoded(of('cs(referer)', 'cs(referrer)'));
  const hasAgent = fields.includes('cs(user-agent)');
  out.userAgent = hasAgent ? decoded(of('cs(user-agent)')) || '-' : '';
  return 'read';
}

/** IIS writes a space as `+`, CloudFront as `%20` or `%2520`. */
function decoded(text: string): string {
  let plain = text.includes(' ') ? text : text.replaceAll('+', ' ');
  for (let turn = 0; turn < 2 && plain.includes('%'); turn++) {
    try {
      plain = decodeURIComponent(plain);
    } catch {
      break;
    }
  }
  return plain;
}
