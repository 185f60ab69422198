/** The names of the fields of JSON lines: those that programs use, and those that the user states. */

import { type LogField, type LogFields, splitUnit, type TimeUnit } from '../settings/log-fields.ts';

export type Json = Readonly<Record<string, unknown>>;

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
  /** With the unit of each. */
  responseTime:
    'request_time:s Duration:ns duration:s event.duration:ns httpRequest.latency:s responseLatency:ms',
  referrer:
    'request.headers.Referer request_Referer ClientRequestReferer http_referer http_referrer http.request.referrer ' +
    'referer referrer httpRequest.referer',
  agent:
    'request.headers.User-Agent request_User-Agent ClientRequestUserAgent http_user_agent user_agent.original ' +
    'user_agent useragent userAgent agent httpRequest.userAgent',
  host:
    'request.host RequestHost ClientRequestHost host vhost server_name http_host url.domain hostname authority ' +
    ':authority',
  /** The client as the user states it. */
  stated: '',
  /** The header of a request whose client Caddy names itself, by the proxies that it trusts. */
  header: 'request.headers.X-Forwarded-For',
  inner: 'log message msg MESSAGE textPayload jsonPayload',
} as const;

export type JsonField = keyof typeof NAMES;

/** Fields that have another name in the settings. */
const STATED: Readonly<Record<LogField, JsonField>> = {
  client: 'stated',
  time: 'time',
  host: 'host',
  request: 'request',
  method: 'method',
  path: 'target',
  query: 'query',
  status: 'status',
  bytes: 'bytes',
  response_time: 'responseTime',
  referrer: 'referrer',
  user_agent: 'agent',
};

/** The path of a name into nested objects. */
export interface Path {
  readonly whole: string;
  readonly steps: readonly string[];
  /** Of a duration. */
  readonly unit: TimeUnit;
}

/** Where each field is looked for, the first place first. */
export type JsonPaths = ReadonlyMap<JsonField, readonly Path[]>;

/** Where fields are looked for if the user states none. */
export const USUAL_PATHS: JsonPaths = new Map(
  Object.entries(NAMES).map(([field, names]) => [
    field as JsonField,
    names === '' ? [] : names.split(' ').map(pathOf),
  ]),
);

/** @param fields that the user states; the usual ones follow for lines without those */
export function jsonPaths(fields: LogFields | undefined): JsonPaths {
  if (fields === undefined) return USUAL_PATHS;
  const paths = new Map(USUAL_PATHS);
  // A whole request that the user states must not be overruled by a field that happens to be called `path`.
  if (fields.request && !fields.path) paths.set('target', []);
  for (const [field, names] of Object.entries(fields)) {
    const key = STATED[field as LogField];
    paths.set(key, [...names.map(pathOf), ...paths.get(key)!]);
  }
  return paths;
}

/** @param name may end with the unit of a duration: `took:ms` */
export function pathOf(name: string): Path {
  const { name: whole, unit = 's' } = splitUnit(name);
  return { whole, steps: whole.split('.'), unit };
}

/** Nested names may also be one, with dots: `source.ip`. */
export function valueAt(json: Json, { whole, steps }: Path): unknown {
  const value = json[whole];
  if (value !== undefined || steps.length === 1) return value;
  let inner: unknown = json;
  for (const name of steps) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = (inner as Json)[name];
  }
  return inner;
}
