/** Lines of load balancers: AWS' application and classic ones, and HAProxy with `option httplog`. */

import type { LogLine } from './log-line.ts';
import { isWithoutOffset, parseLogTime } from './log-time.ts';
import { quotedText } from './quoted.ts';
import { readRequest } from './request.ts';
import { sizeOf } from './response-size.ts';
import { responseTimeOf, sumOfTimes } from './response-time.ts';
import { forwardedClient, hostNameOf, isAddressList, isHostName, isPublic } from './words.ts';

/** `https 2015-05-17T10:05:03.123456Z app/name/id 203.0.113.7:2817 10.0.0.1:80 0.0 0.1 0.0 200 200 34 366 "…" "…"` */
const AWS = new RegExp(
  String.raw`^(?:(?:https?|h2|wss?|grpcs?) )?(?<time>\d{4}-\d\d-\d\dT[\d:.]+Z) \S+ (?<client>\S+):\d+ \S+ ` +
    String.raw`(?<receiving>[-\d.]+) (?<processing>[-\d.]+) (?<sending>[-\d.]+) (?<status>\d{3}|-) (?:\d{3}|-) \d+ (?<bytes>\d+) ` +
    String.raw`"(?<request>(?:[^"\\]|\\.)*)"(?: "(?<agent>(?:[^"\\]|\\.)*)")?`,
);

/** `203.0.113.7:33317 [17/May/2015:10:05:03.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {…} "…"` */
const HAPROXY = new RegExp(
  String.raw`(?:^|\s)(?<client>[\da-f.:]+):\d+ \[(?<time>\d\d/[A-Z][a-z]{2}/\d{4}:[\d:.]+)\] \S+ \S+ ` +
    String.raw`[-+\d]+(?:/[-+\d]+){1,3}/\+?(?<total>-?\d+) (?<status>\d{3}|-1) \+?(?<bytes>\d+) \S+ \S+ \S+ \d+(?:/\+?\d+){4} \d+/\d+ ` +
    String.raw`(?<captured>(?:\{[^}]*\} ){0,2})"(?<request>(?:[^"\\]|\\.)*)"?`,
);

/**
 * Reads a line of a load balancer.
 *
 * @param out filled in; undefined content unless the line is read
 */
export function parseBalancerLine(line: string, out: LogLine): boolean {
  const aws = AWS.exec(line);
  if (aws !== null) {
    const { request, agent, receiving, processing, sending } = aws.groups!;
    fill(aws.groups!, out);
    // -1 for a part that did not take place, as of a request without a target.
    out.responseTime = sumOfTimes([receiving!, processing!, sending!], 's');
    out.userAgent = agent === undefined ? '' : quotedText(agent, 0, agent.length, true);
    readText(request!, out);
    return !Number.isNaN(out.timeMs);
  }
  const haproxy = HAPROXY.exec(line);
  if (haproxy === null) return false;
  fill(haproxy.groups!, out);
  out.responseTime = responseTimeOf(haproxy.groups!.total!, 'ms');
  readText(unescaped(haproxy.groups!.request!), out);
  readCaptured(haproxy.groups!.captured!, out);
  return !Number.isNaN(out.timeMs);
}

function fill({ time = '', client = '', status, bytes }: Record<string, string>, out: LogLine): void {
  out.timeMs = parseLogTime(time);
  out.isLocalTime = isWithoutOffset(time);
  out.address = client;
  out.host = '';
  out.user = '';
  out.status = Math.max(0, Number(status) || 0);
  out.bytes = sizeOf(bytes ?? '');
  out.referrer = '';
  out.userAgent = '';
}

function readText(request: string, out: LogLine): void {
  readRequest(request, 0, request.length, request.includes('\\'), out);
}

/** Request headers that HAProxy is configured to capture, in any order: `{www.example.com|https://x.example/|Mozilla/5.0} `. */
function readCaptured(captured: string, out: LogLine): void {
  const [, headers = ''] = /^\{([^}]*)\}/.exec(captured) ?? [];
  for (const header of headers.split('|').map(unescaped)) {
    const client = isAddressList(header) ? forwardedClient(header) : '';
    if (client !== '' && (isPublic(client) || !isPublic(out.address))) out.address = client;
    else if (/^[a-z]+:\/\//i.test(header)) out.referrer = header;
    else if (isHostName(header)) out.host = hostNameOf(header);
    else if (/^[A-Za-z][\w.+-]*\/\d/.test(header)) out.userAgent = header;
  }
}

/** HAProxy writes signs that delimit fields as `#7C`. */
function unescaped(text: string): string {
  return text.replace(/#([\dA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
