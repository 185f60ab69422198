/**
 * Lines of JSON: those of Caddy, Traefik, Envoy and load balancers, and those that nginx and Apache write by a template. Each
 * field is found by the names that programs use for it. Docker, journald and others put a whole line into one field.
 */

import type { LogLine } from './log-line.ts';
import { isWithoutOffset, parseLogTime } from './log-time.ts';
import { readRequest } from './request.ts';
import { forwardedClient, hostNameOf, isHostName, isPublic } from './words.ts';

type Json = Readonly<Record<string, unknown>>;

/** Names of each field, the most reliable first; a dot separates the names of nested objects. */
const NAMES = {
  forwarded:
    'x_forwarded_for http_x_forwarded_for x-forwarded-for X-Forwarded-For x_forward_for x_real_ip http_x_real_ip ' +
    'http_cf_connecting_ip',
  client:
    'request.client_ip request.remote_ip ClientHost ClientIP remote_addr client_ip clientip clientIp client.ip source.ip ' +
    'remoteIp remote_ip remoteAddr remote_host remote client ip httpRequest.remoteIp downstream_remote_address ' +
    'request.remote_addr',
  time:
    'ts StartUTC EdgeStartTimestamp time_iso8601 time_local @timestamp timestamp start_time requestTime time msec ' +
    'datetime date',
  request: 'request request_line http_request',
  method:
    'request.method RequestMethod ClientRequestMethod request_method httpMethod http.request.method method verb ' +
    'httpRequest.requestMethod',
  target:
    'request.uri RequestPath ClientRequestURI request_uri url.original uri url.path path url httpRequest.requestUrl',
  query: 'args query_string request_query url.query query',
  status:
    'status DownstreamStatus OriginStatus EdgeResponseStatus http.response.status_code status_code response_code code ' +
    'httpRequest.status',
  bytes:
    'size DownstreamContentSize EdgeResponseBytes body_bytes_sent bytes_sent bytes http.response.body.bytes ' +
    'responseLength httpRequest.responseSize',
  referrer:
    'request.headers.Referer request_Referer ClientRequestReferer http_referer http_referrer http.request.referrer ' +
    'referer referrer httpRequest.referer',
  agent:
    'request.headers.User-Agent request_User-Agent ClientRequestUserAgent http_user_agent user_agent.original ' +
    'user_agent useragent userAgent agent httpRequest.userAgent',
  host:
    'request.host RequestHost ClientRequestHost host vhost server_name http_host url.domain hostname authority ' +
    ':authority',
  /** The header of a request whose client Caddy names itself, by the proxies that it trusts. */
  header: 'request.headers.X-Forwarded-For',
  inner: 'log message msg MESSAGE textPayload jsonPayload',
} as const;

type Name = keyof typeof NAMES;

/** The path of a name into nested objects. */
interface Path {
  readonly whole: string;
  readonly steps: readonly string[];
}

function pathOf(whole: string): Path {
  return { whole, steps: whole.split('.') };
}

const PATHS: ReadonlyMap<Name, readonly Path[]> = new Map(
  Object.entries(NAMES).map(([field, names]) => [field as Name, names.split(' ').map(pathOf)]),
);
/** Objects of programs that log all headers. */
const ALL_HEADERS = ['request.headers', 'httpRequest'].map(pathOf);

/**
 * Reads a line of JSON.
 *
 * @param out filled in; undefined content unless the outcome is `read`
 * @returns `inner` is a line within this one, to be read instead
 */
export function parseJsonLine(
  text: string,
  out: LogLine,
): 'read' | 'no JSON' | 'no fields' | { inner: string } {
  const json = objectOf(text);
  if (json === undefined) return 'no JSON';
  if (readFields(json, out)) return 'read';
  const inner = innerOf(json);
  return inner === undefined ? 'no fields' : { inner };
}

/** The line within a line of JSON, in which a program that forwards lines puts it; undefined for none. */
export function innerLineOf(text: string): string | undefined {
  const json = objectOf(text);
  return json && innerOf(json);
}

function objectOf(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}

function innerOf(json: Json): string | undefined {
  for (const path of PATHS.get('inner')!) {
    const value = valueAt(json, path);
    const line = Array.isArray(value) ? textOfBytes(value) : value;
    if (typeof line === 'string' && line.trim() !== '') return line.trim();
    if (typeof line === 'object' && line !== null) return JSON.stringify(line);
  }
  return undefined;
}

/** journald has a list of bytes instead of a text that is not UTF-8. */
function textOfBytes(list: readonly unknown[]): string | undefined {
  return list.every((byte) => typeof byte === 'number') ? Buffer.from(list).toString() : undefined;
}

function readFields(json: Json, out: LogLine): boolean {
  const time = timeText(json);
  out.timeMs = timeOf(time);
  out.isLocalTime = isLocal(time);
  out.address = clientOf(json);
  const status = Number(textOf(json, 'status') || Number.NaN);
  if (Number.isNaN(out.timeMs) || out.address === '' || !(status >= 0 && status <= 999)) return false;
  out.status = status;
  out.bytes = Number(textOf(json, 'bytes')) || 0;
  out.user = '';
  const host = textOf(json, 'host') ?? '';
  // A single word may be the name of the machine that wrote the log.
  out.host = isHostName(host) ? hostNameOf(host) : '';
  if (!readTarget(json, out)) return false;
  const referrer = textOf(json, 'referrer') ?? '';
  out.referrer = referrer === '-' ? '' : referrer;
  const agent = textOf(json, 'agent');
  // A program that logs all headers omits that of a client without an agent.
  const hasHeaders = () => ALL_HEADERS.some((path) => valueAt(json, path) !== undefined);
  out.userAgent = agent === undefined ? (hasHeaders() ? '-' : '') : agent || '-';
  return true;
}

function clientOf(json: Json): string {
  const forwarded = forwardedClient(textOf(json, 'forwarded') ?? '');
  if (forwarded !== '') return forwarded;
  const client = textOf(json, 'client') ?? '';
  if (client === '' || isPublic(client)) return client;
  return forwardedClient(textOf(json, 'header') ?? '') || client;
}

/** The time is a number in some logs. */
function timeText(json: Json): unknown {
  for (const path of PATHS.get('time')!) {
    const value = valueAt(json, path);
    if (isText(value)) return value;
  }
  return undefined;
}

function readTarget(json: Json, out: LogLine): boolean {
  const target = textOf(json, 'target') ?? '';
  const method = textOf(json, 'method') ?? '';
  const request = textOf(json, 'request');
  const query = (textOf(json, 'query') ?? '').replace(/^\?/, '');
  if (target === '' && request === undefined) return false;
  const line = target === '' ? request! : `${method || 'GET'} ${target}`;
  readRequest(line, 0, line.length, false, out);
  if (out.query === '' && query !== '-') out.query = query;
  return true;
}

/** Nested names may also be one, with dots: `source.ip`. */
function valueAt(json: Json, { whole, steps }: Path): unknown {
  const value = json[whole];
  if (value !== undefined || steps.length === 1) return value;
  let inner: unknown = json;
  for (const name of steps) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = (inner as Json)[name];
  }
  return inner;
}

/** The first field with one of the names of a kind: a text or a number as text; '' for null. */
function textOf(json: Json, field: Name): string | undefined {
  let isNull = false;
  for (const path of PATHS.get(field)!) {
    const value = valueAt(json, path);
    if (value === undefined) continue;
    // Headers are lists.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (isText(first)) return String(first);
    isNull ||= value === null;
  }
  return isNull ? '' : undefined;
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

const NUMBER = /^\d+(?:\.\d+)?$/;
/** Larger numbers are milliseconds, these microseconds, and these nanoseconds. */
const MOST_SECONDS = 1e11;
const MOST_MILLISECONDS = 1e14;
const MOST_MICROSECONDS = 1e17;

/** Whether a time is a text without an offset from UTC. */
export function isLocal(value: unknown): boolean {
  return typeof value === 'string' && !NUMBER.test(value) && isWithoutOffset(value.replace(/\]$/, ''));
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, or a text; in milliseconds. */
export function timeOf(value: unknown): number {
  if (typeof value === 'string' && !NUMBER.test(value)) {
    return parseLogTime(value.replace(/^\[|\]$/g, '').replace(/^(\d{4}-\d\d-\d\d) /, '$1T'));
  }
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  // Fractions are not exact: rounded to microseconds, a whole millisecond is not taken for the one before it.
  return Math.floor(Math.round(number * microsecondsIn(number)) / 1000);
}

/** Microseconds in the unit of a time of this size. */
function microsecondsIn(number: number): number {
  if (number > MOST_MICROSECONDS) return 1e-3;
  if (number > MOST_MILLISECONDS) return 1;
  return number > MOST_SECONDS ? 1e3 : 1e6;
}
