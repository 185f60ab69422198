import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asset } from './assets.ts';

/** Sends a file in the best coding that the client accepts, or 304 if the client has it. */
export function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, etag, bodies }: Asset,
  cacheControl: string,
): FastifyReply {
  const coding = codingOf(String(request.headers['accept-encoding'] ?? ''));
  const body = bodies[coding] ?? bodies[''];
  reply.headers({ etag, 'cache-control': cacheControl, vary: 'accept-encoding' });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (coding !== '' && body === bodies[coding]) reply.header('content-encoding', coding);
  return reply.type(type).header('x-content-type-options', 'nosniff').send(body);
}

/** A coding with `q=0` is not acceptable. */
function codingOf(accepted: string): '' | 'gzip' | 'br' {
  const takes = (name: string) =>
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:;\\s*q=(?!0(?:\\.0*)?\\s*(?:,|$))|,|$)`).test(accepted);
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : '';
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}
