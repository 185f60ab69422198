import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Asset, Coding } from './assets.ts';

/** Sends a file in the best coding that the client accepts, or 304 if the client has it. */
export async function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: Asset,
  cacheControl: string,
): Promise<FastifyReply> {
  const { type, etag } = asset;
  const coding = codingOf(String(request.headers['accept-encoding'] ?? ''));
  reply.headers({ etag, 'cache-control': cacheControl, vary: 'accept-encoding' });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const coded = coding === '' ? undefined : await asset.body(coding);
  if (coded) reply.header('content-encoding', coding);
  reply.type(type).header('x-content-type-options', 'nosniff');
  return reply.send(coded ?? (await asset.body('')));
}

/** A coding with `q=0` is not acceptable. */
function codingOf(accepted: string): Coding {
  const takes = (name: string) =>
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:;\\s*q=(?!0(?:\\.0*)?\\s*(?:,|$))|,|$)`).test(accepted);
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : '';
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}
