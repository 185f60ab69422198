import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../errors.ts';
import type { Scope } from '../folder/tokens.ts';
import { cookieValue } from '../hit/visitor.ts';
import type { CollectContext, ServerContext } from './context.ts';
import { isSession, makeSession, SESSION_SECONDS } from './page/session.ts';

/** Cookie of a person who opened the printed link. */
const SESSION_COOKIE = 'hit_admin';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tokens of programs, where they are known. */
type SomeTokens = Pick<CollectContext, 'tokens'>;
type Secret = Pick<ServerContext, 'adminToken' | 'now'>;

/** Connections over the control socket in the data folder: whoever may open that may read the folder itself. */
const trustedSockets = new WeakSet<Socket>();

export function trustSocket(socket: Socket): void {
  trustedSockets.add(socket);
}

/** Lets in who has the admin token. For what changes something, also where reading is public. */
export function requireToken(context: Secret) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (!isAdmin(request, context)) {
      throw new HitError('unauthorized', 'the admin token is needed: send "Authorization: Bearer <token>"');
    }
  };
}

/** Lets in who may read: everybody where that is public, and who has a token that reads. */
export function requireReader(context: Secret & Pick<ServerContext, 'public'> & SomeTokens) {
  const check = requireToken(context);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!context.public && scopeOf(request, context) !== 'read') await check(request, reply);
  };
}

/** Lets in who may send hits of others: who has the admin token, or one that writes. */
export function requireSender(context: Secret & SomeTokens) {
  const check = requireToken(context);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (scopeOf(request, context) !== 'write') await check(request, reply);
  };
}

/** Lets in who comes over the control socket only. */
export async function requireControl(request: FastifyRequest): Promise<void> {
  if (!trustedSockets.has(request.raw.socket)) throw new HitError('not_found', 'there is nothing here');
}

/** Keeps out what a page of another site makes a browser send. */
export async function requireSameOrigin(request: FastifyRequest): Promise<void> {
  if (!isSameOrigin(request)) {
    throw new HitError('unauthorized', 'a browser may send this from the page of this server only');
  }
}

/** Whether who asks has the token, or a browser that was signed in with it. */
export function isAdmin(request: FastifyRequest, context: Secret): boolean {
  if (trustedSockets.has(request.raw.socket)) return true;
  const bearer = bearerOf(request.headers);
  if (bearer !== undefined) return isAdminToken(bearer, context);
  const session = cookieValue(request.headers.cookie ?? '', SESSION_COOKIE);
  if (!isSession(session, context.adminToken, context.now())) return false;
  // A browser sends its cookie along with what other sites make it send.
  return SAFE_METHODS.has(request.method) || isSameOrigin(request);
}

function scopeOf({ headers }: FastifyRequest, { tokens }: SomeTokens): Scope | undefined {
  const bearer = bearerOf(headers);
  return bearer === undefined ? undefined : tokens?.scopeOf(bearer);
}

/** The token of an `Authorization` header. */
export function bearerOf({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

/** Compares digests, so that neither content nor length of the token can be measured. */
export function isAdminToken(given: unknown, { adminToken }: Pick<Secret, 'adminToken'>): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(adminToken));
}

/** The `Set-Cookie` header that signs a browser in. */
export function sessionCookie(request: FastifyRequest, { adminToken, now }: Secret): string {
  return cookie(request, makeSession(adminToken, now()), SESSION_SECONDS);
}

/** The one that signs it out. */
export function endedSessionCookie(request: FastifyRequest): string {
  return cookie(request, '', 0);
}

function cookie({ headers }: FastifyRequest, value: string, seconds: number): string {
  // TLS ends before us. A lie here only costs the liar a session.
  const secure = headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

function isSameOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
