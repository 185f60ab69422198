/**
 * Lines of JSON: those of Caddy, Traefik, Envoy and load balancers, and those that nginx and Apache write by a template. Each
 * field is found by the names that programs use for it. Docker, journald and others put a whole line into one field.
 */

import { type Json, type JsonField, type JsonPaths, pathOf, USUAL_PATHS, valueAt } from './json-fields.ts';
import type { LogLine } from './log-line.ts';
import { isWithoutOffset, parseLogTime } from './log-time.ts';
import { readRequest } from './request.ts';
import { sizeOf } from './response-size.ts';
import { NO_RESPONSE_TIME, responseTimeOf } from './response-time.ts';
import { forwardedClient, hostNameOf, isHostName, isPublic } from './words.ts';

/** Objects of programs that log all headers. */
const ALL_HEADERS = ['request.headers', 'httpRequest'].map(pathOf);
const DURATION = USUAL_PATHS.get('responseTime')!.find(({ whole }) => whole === 'duration');

/**
 * Reads a line of JSON.
 *
 * @param out filled in; undefined content unless the outcome is `read`
 * @param paths where its fields are looked for
 * @returns `inner` is a line within this one, to be read instead
 */
export function parseJsonLine(
  text: string,
  out: LogLine,
  paths: JsonPaths = USUAL_PATHS,
): 'read' | 'no JSON' | 'no fields' | { inner: string } {
  const json = objectOf(text);
  if (json === undefined) return 'no JSON';
  if (readFields(new JsonObject(json, paths), out)) return 'read';
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
  for (const path of USUAL_PATHS.get('inner')!) {
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

/** An object whose fields are looked for in some places. */
class JsonObject {
  readonly #json: Json;
  readonly #paths: JsonPaths;

  constructor(json: Json, paths: JsonPaths) {
    this.#json = json;
    this.#paths = paths;
  }

  /** The first field with one of the names of a kind: a text or a number as text; '' for null. */
  textOf(field: JsonField): string | undefined {
    let isNull = false;
    for (const path of this.#paths.get(field)!) {
      const value = valueAt(this.#json, path);
      if (value === undefined) continue;
      // Headers are lists.
      const first: unknown = Array.isArray(value) ? value[0] : value;
      if (isText(first)) return String(first);
      isNull ||= value === null;
    }
    return isNull ? '' : undefined;
  }

  /** The time is a number in some logs. */
  get time(): unknown {
    for (const path of this.#paths.get('time')!) {
      const value = valueAt(this.#json, path);
      if (isText(value)) return value;
    }
    return undefined;
  }

  /** Microseconds. */
  get responseTime(): number {
    for (const path of this.#paths.get('responseTime')!) {
      const value = valueAt(this.#json, path);
      if (!isText(value)) continue;
      // Of the programs that call it so, Envoy alone writes milliseconds; users state the unit.
      const isEnvoy = path === DURATION && this.#json.response_code !== undefined;
      return responseTimeOf(String(value), isEnvoy ? 'ms' : path.unit);
    }
    return NO_RESPONSE_TIME;
  }

  /** Whether a program logged all headers: it omits that of a client without an agent. */
  get hasHeaders(): boolean {
    return ALL_HEADERS.some((path) => valueAt(this.#json, path) !== undefined);
  }
}

function readFields(json: JsonObject, out: LogLine): boolean {
  const { time } = json;
  out.timeMs = timeOf(time);
  out.isLocalTime = isLocal(time);
  out.address = clientOf(json);
  const status = Number(json.textOf('status') || Number.NaN);
  if (Number.isNaN(out.timeMs) || out.address === '' || !(status >= 0 && status <= 999)) return false;
  out.status = status;
  out.bytes = sizeOf(json.textOf('bytes') ?? '');
  out.responseTime = json.responseTime;
  out.user = '';
  const host = json.textOf('host') ?? '';
  // A single word may be the name of the machine that wrote the log.
  out.host = isHostName(host) ? hostNameOf(host) : '';
  if (!readTarget(json, out)) return false;
  const referrer = json.textOf('referrer') ?? '';
  out.referrer = referrer === '-' ? '' : referrer;
  const agent = json.textOf('agent');
  out.userAgent = agent === undefined ? (json.hasHeaders ? '-' : '') : agent || '-';
  return true;
}

function clientOf(json: JsonObject): string {
  const stated = json.textOf('stated') ?? '';
  if (stated !== '') return forwardedClient(stated) || stated;
  const forwarded = forwardedClient(json.textOf('forwarded') ?? '');
  if (forwarded !== '') return forwarded;
  const client = json.textOf('client') ?? '';
  if (client === '' || isPublic(client)) return client;
  return forwardedClient(json.textOf('header') ?? '') || client;
}

function readTarget(json: JsonObject, out: LogLine): boolean {
  const target = json.textOf('target') ?? '';
  const method = json.textOf('method') ?? '';
  const request = json.textOf('request');
  const query = (json.textOf('query') ?? '').replace(/^\?/, '');
  if (target === '' && request === undefined) return false;
  const line = target === '' ? request! : `${method || 'GET'} ${target}`;
  readRequest(line, 0, line.length, false, out);
  if (out.query === '' && query !== '-') out.query = query;
  return true;
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

/**
 * Removes the names of fields that a line has, also those of objects in it.
 *
 * @param names with dots for fields of objects
 */
export function removeNamesIn(text: string, names: Set<string>): void {
  const json = objectOf(text);
  if (json === undefined) return;
  for (const name of names) if (valueAt(json, pathOf(name)) !== undefined) names.delete(name);
}
