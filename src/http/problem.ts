import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, HitError } from '../errors.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { isTrusted } from './auth.ts';
import { NOT_FOUND_HEADERS, NOT_FOUND_PAGE, wantsPage } from './not-found-page.ts';

/** Codes of Fastify's own errors that are more specific than `invalid` → ours. */
const FROM_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/** A response, independent of how it is sent. */
interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Milliseconds between two lines of the log about overload. */
const OVERLOAD_LOG_MS = 1000;
/** Members of a problem. Default: a `detail` that anybody may read, and no further members. */
interface ProblemMembers {
  readonly detail?: string;
  readonly extension?: object;
}

/** Codes whose message is written for clients, although the error has a cause. */
const EXPLAINED: ReadonlySet<ErrorCode> = new Set(['query_timeout']);

/** An error as `application/problem+json` (RFC 9457): the one place where errors become HTTP. */
export function problemOf(
  error: HitError,
  { detail = publicDetail(error), extension = {} }: ProblemMembers = {},
): Problem {
  return {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
      ...(error.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: problemText(error.status, error.code, detail, extension),
  };
}

export function sendProblem(reply: FastifyReply, error: HitError, members?: ProblemMembers): FastifyReply {
  const { status, headers, body } = problemOf(error, members);
  return reply.code(status).headers(headers).send(body);
}

/**
 * The text of an error for clients. Messages of the engine, the disk or Redis can contain statements, paths and addresses.
 *
 * @param id of the request, if the error is logged with it
 */
function publicDetail({ status, code, message, cause }: HitError, id?: string): string {
  if (status < 500 || cause === undefined || EXPLAINED.has(code)) return message;
  const entry = id === undefined ? '' : ` for request ${id}`;
  return `${code.replaceAll('_', ' ')}: see the log of the server${entry}`;
}

/** Logs overload, which is not an internal error: one line a second, since clients that cause it must not fill the disk. */
class OverloadLog {
  #loggedAt = Number.NEGATIVE_INFINITY;
  #omitted = 0;

  log(request: FastifyRequest, { message }: HitError): void {
    const now = performance.now();
    if (now - this.#loggedAt < OVERLOAD_LOG_MS) {
      this.#omitted++;
      return;
    }
    const omitted = this.#omitted;
    request.log.warn({ url: withoutToken(request.url), ...(omitted > 0 && { omitted }) }, message);
    this.#loggedAt = now;
    this.#omitted = 0;
  }
}

const overload = new OverloadLog();

/** Handles errors of handlers. Internal errors are logged, and not shown to clients. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asHitError(error, request);
  if (known.code === 'overloaded') overload.log(request, known);
  else if (known.status >= 500)
    request.log.error({ err: error, url: withoutToken(request.url) }, known.message);
  // Fastify would close the connection of a refused body, and a client that still sends it may fail before it reads the answer.
  // Otherwise Node discards the rest, for as long as `app.ts` lets it.
  reply.removeHeader('connection');
  // A client of the control socket can read the log, too.
  const detail = isTrusted(request.raw.socket) ? known.message : publicDetail(known, request.id);
  return sendProblem(reply, known, { detail });
}

/** A page for people, and an error for programs, and below `/api/` for everybody. */
export function onNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('vary', 'accept');
  if (wantsPage(request.raw) && !request.url.startsWith('/api/'))
    return reply.code(404).headers(NOT_FOUND_HEADERS).send(NOT_FOUND_PAGE);
  return sendProblem(
    reply,
    new HitError('not_found', `there is no ${request.method} ${pathOf(request.url)}`),
  );
}

/** Converts any thrown error to a `HitError`. */
export function asHitError(error: FastifyError | HitError, request: FastifyRequest): HitError {
  if (error instanceof HitError) return error;
  const code = FROM_FASTIFY[error.code];
  if (code) return new HitError(code, detailOf(code, request), { cause: error });
  const status = error.statusCode ?? 500;
  if (status < 500) return new HitError('invalid', error.message, { cause: error });
  return internalError(error);
}

/** The public text of an internal error. */
export function internalError(cause: unknown): HitError {
  return new HitError('internal', 'internal error; see the log of the server', { cause });
}

function detailOf(code: ErrorCode, request: FastifyRequest): string {
  if (code === 'too_large') return `the body has more than ${request.routeOptions.bodyLimit} bytes`;
  return 'the content type is not application/json, text/plain with JSON in it, or application/x-ndjson';
}

/** The URL of the sign-in page contains the admin token, which must not be logged. */
function withoutToken(url: string): string {
  return url.replaceAll(/([?&]token=)[^&]*/g, '$1…');
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!.slice(0, 200);
}

/** The problem of a connection without a parsable request, by the code of Node's error. */
const RAW_PROBLEMS: Readonly<Record<string, { status: number; code: ErrorCode; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'too_large', detail: 'the header is larger than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'invalid', detail: 'the request did not arrive in time' },
};
const NO_HTTP = { status: 400, code: 'invalid', detail: 'this is not an HTTP request' } as const;

/** The complete response to such a connection, as text. */
export function rawProblem(error: NodeJS.ErrnoException): string {
  return rawText(RAW_PROBLEMS[error.code ?? ''] ?? NO_HTTP);
}

/** The complete response to a connection that is one too many. */
export function rawOverload(detail: string): string {
  return rawText({ status: 503, code: 'overloaded', detail });
}

/** The complete response to a request that no route can answer. */
export function rawInvalid(detail: string): string {
  return rawText({ status: 400, code: 'invalid', detail });
}

function rawText({
  status,
  code,
  detail,
}: {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
}): string {
  const body = problemText(status, code, detail);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function problemText(status: number, code: string, detail: string, extension: object = {}): string {
  return jsonText({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    code,
    detail,
    ...extension,
  });
}
