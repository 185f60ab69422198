import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, HitError } from '../errors.ts';

/** Codes of Fastify's own errors → ours. */
const FROM_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/** Sends an error as `application/problem+json` (RFC 9457): the one place where errors become HTTP. */
export function sendProblem(reply: FastifyReply, error: HitError): FastifyReply {
  if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(error.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[error.status],
        status: error.status,
        code: error.code,
        detail: error.message,
      }),
    );
}

/** Handles whatever a handler threw. Faults of ours are logged, and not told to strangers. */
export function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asHitError(error);
  if (known.status >= 500) request.log.error({ err: error, url: request.url }, known.message);
  return sendProblem(reply, known);
}

export function onNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(
    reply,
    new HitError('not_found', `there is no ${request.method} ${pathOf(request.url)}`),
  );
}

function asHitError(error: FastifyError | HitError): HitError {
  if (error instanceof HitError) return error;
  const code = FROM_FASTIFY[error.code];
  if (code) return new HitError(code, error.message, { cause: error });
  const status = error.statusCode ?? 500;
  if (status < 500) return new HitError('invalid', error.message, { cause: error });
  return new HitError('internal', 'something failed here; the log of the server says what', { cause: error });
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!.slice(0, 200);
}

/** What a connection is told whose request cannot even be parsed: too large a header, broken HTTP. */
export function rawProblem(error: NodeJS.ErrnoException): string {
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const status = tooLarge ? 431 : 400;
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    code: tooLarge ? 'too_large' : 'invalid',
    detail: tooLarge ? 'the header is larger than 16 KiB' : 'this is no HTTP request',
  });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
