import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../errors.ts';
import { cookieValue } from '../hit/visitor.ts';
import type { ServerContext } from './context.ts';

/** Cookie of a person who opened the printed link. */
const SESSION_COOKIE = 'hit_admin';

/** Connections over the control socket in the data folder: whoever may open that may read the folder itself. */
const trustedSockets = new WeakSet<Socket>();

export function trustSocket(socket: Socket): void {
  trustedSockets.add(socket);
}

/** Lets in who has the admin token. For what changes something, also where reading is public. */
export function requireToken(context: Pick<ServerContext, 'adminToken'>) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (trustedSockets.has(request.raw.socket)) return;
    if (!isToken(tokenOf(request), context.adminToken)) {
      throw new HitError('unauthorized', 'the admin token is needed: send "Authorization: Bearer <token>"');
    }
  };
}

/** Lets in who may read. */
export function requireReader(context: Pick<ServerContext, 'adminToken' | 'public'>) {
  const check = requireToken(context);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!context.public) await check(request, reply);
  };
}

/** Lets in who comes over the control socket only. */
export async function requireControl(request: FastifyRequest): Promise<void> {
  if (!trustedSockets.has(request.raw.socket)) throw new HitError('not_found', 'there is nothing here');
}

function tokenOf(request: FastifyRequest): string {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? cookieValue(request.headers.cookie ?? '', SESSION_COOKIE);
}

/** Compares digests, so that neither content nor length of the token can be measured. */
function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
