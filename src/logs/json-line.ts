/**
 * Lines of JSON: those of Caddy, Traefik, Envoy and load balancers, and those that nginx and Apache write by a template. Each
 * field is found by the names that programs use for it. Docker, journald and others put a whole line into one field.
 */

import type { LogLine } from './log-line.ts';
import { parseLogTime } from './log-time.ts';
import { readRequest } from './request.ts';
import { forwardedClient, hostNameOf, isHostName } from './words.ts';

type Json = Readonly<Record<string, unknown>>;

/** Names of each field, the most reliable first; a dot separates the names of nested objects. */
const NAMES = {
  forwarded: 'x_forwarded_for http_x_forwarded_for x-forwarded-for X-Forwarded-For',
  client:
    'request.client_ip request.remote_ip ClientHost remote_addr client_ip clientip clientIp remoteIp remote_ip ' +
    'remote_host remote client ip httpRequest.remoteIp downstream_remote_address',
  time: 'ts StartUTC time_iso8601 time_local @timestamp timestamp start_time time msec datetime date',
  request: 'request request_line http_request',
  method: 'request.method RequestMethod request_method method verb httpRequest.requestMethod',
  target: 'request.uri RequestPath request_uri uri path url httpRequest.requestUrl',
  query: 'args query_string query',
  status: 'status DownstreamStatus OriginStatus status_code response_code code httpRequest.status',
  bytes: 'size DownstreamContentSize body_bytes_sent bytes_sent bytes httpRequest.responseSize',
  referrer:
    'request.headers.Referer request_Referer http_referer http_referrer referer referrer httpRequest.referer',
  agent:
    'request.headers.User-Agent request_User-Agent http_user_agent user_agent useragent userAgent agent httpRequest.userAgent',
  host: 'request.host RequestHost host vhost server_name http_host hostname authority :authority',
  inner: 'log message msg MESSAGE textPayload',
} as const;

type Name = keyof typeof NAMES;

/** The names as paths into objects. */
const PATHS = new Map(
  Object.entries(NAMES).map(([field, names]) => [
    field as Name,
    names.split(' ').map((name) => name.split('.')),
  ]),
);

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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  if (typeof json !== 'object' || json === null) return 'no JSON';
  if (readFields(json as Json, out)) return 'read';
  const inner = fieldOf(json as Json, PATHS.get('inner')!);
  return typeof inner === 'string' && inner.trim() !== '' ? { inner: inner.trim() } : 'no fields';
}

function readFields(json: Json, out: LogLine): boolean {
  out.timeMs = timeOf(fieldOf(json, PATHS.get('time')!));
  out.address = forwardedClient(textOf(json, 'forwarded')) || textOf(json, 'client');
  const status = Number(textOf(json, 'status') || Number.NaN);
  if (Number.isNaN(out.timeMs) || out.address === '' || !(status >= 0 && status <= 999)) return false;
  out.status = status;
  out.bytes = Number(textOf(json, 'bytes')) || 0;
  out.user = '';
  const host = textOf(json, 'host');
  // A single word may be the name of the machine that wrote the log.
  out.host = isHostName(host) ? hostNameOf(host) : '';
  if (!readTarget(json, out)) return false;
  const referrer = textOf(json, 'referrer');
  out.referrer = referrer === '-' ? '' : referrer;
  const agent = fieldOf(json, PATHS.get('agent')!);
  // A program that logs all headers omits that of a client without an agent.
  const hasHeaders = fieldOf(json, [['request', 'headers']]) !== undefined;
  out.userAgent = agent === undefined ? (hasHeaders ? '-' : '') : textOf(json, 'agent') || '-';
  return true;
}

function readTarget(json: Json, out: LogLine): boolean {
  const target = textOf(json, 'target');
  const method = textOf(json, 'method');
  const request = fieldOf(json, PATHS.get('request')!);
  const query = textOf(json, 'query').replace(/^\?/, '');
  if (target === '' && typeof request !== 'string') return false;
  const line = target === '' ? String(request) : `${method || 'GET'} ${target}`;
  readRequest(line, 0, line.length, false, out);
  if (out.query === '' && query !== '-') out.query = query;
  return true;
}

/** The first of these fields that exists; undefined if none does. */
function fieldOf(json: Json, paths: readonly (readonly string[])[]): unknown {
  for (const path of paths) {
    let value: unknown = json;
    for (const name of path) {
      value = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
    }
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** A text or a number as text; the first of a list, as headers are. */
function textOf(json: Json, field: Name): string {
  const value = fieldOf(json, PATHS.get(field)!);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : '';
}

/** Larger numbers are milliseconds, and these microseconds. */
const MOST_SECONDS = 1e11;
const MOST_MILLISECONDS = 1e14;

/** Seconds, milliseconds or microseconds since 1970, or a text; in milliseconds. */
export function timeOf(value: unknown): number {
  if (typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value)) {
    return parseLogTime(value.replace(/^\[|\]$/g, '').replace(/^(\d{4}-\d\d-\d\d) /, '$1T'));
  }
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (number > MOST_MILLISECONDS) return Math.floor(number / 1000);
  return Math.floor(number > MOST_SECONDS ? number : number * 1000);
}
