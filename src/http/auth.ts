import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../errors.ts';
import type { Access, Tokens } from '../folder/tokens.ts';
import { cookieValue } from '../hit/visitor.ts';
import { Sessions } from './session.ts';
import type { TokenGuard } from './token-guard.ts';

/** The credentials that are accepted. */
export interface Keys {
  readonly adminToken: string;
  /** The token that nodes with the same secrets or setting send each other. Missing if this server answers no nodes. */
  readonly peerToken?: string;
  /** Tokens given to others. Missing if none can be looked up. */
  readonly tokens?: Pick<Tokens, 'accessOf'>;
  /** Signed-in browsers. Missing if there are no pages. */
  readonly sessions?: Sessions;
  /** Bounds wrong tokens. Missing where another server counts them. */
  readonly guard?: TokenGuard;
}

/** The credentials, and whether reading is public. */
export type Doors = Keys & { readonly public: boolean };

/** What a client may do: everything, or what its token allows. */
type Grant = 'admin' | Access['scope'];

/** Connections over the control socket in the data folder: a client that can open it can read the folder itself. */
const trustedSockets = new WeakSet<Socket>();

export function trustSocket(socket: Socket): void {
  trustedSockets.add(socket);
}

/** Whether a client uses the control socket. */
export function isTrusted(socket: Socket): boolean {
  return trustedSockets.has(socket);
}

/** Requires the admin token. For changes, even if reading is public. */
export function requireToken(keys: Keys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (!isAdmin(keys, request.raw)) throw unauthorized('the admin token');
  };
}

/** Requires permission to send hits for others. */
export function requireSender(keys: Keys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const grant = grantOf(keys, request.raw);
    if (grant !== 'admin' && grant !== 'write')
      throw unauthorized('the admin token, or a token with the scope "write",');
  };
}

/** Requires permission to read. The response depends on the token, so proxies must not cache it. */
export function requireReader(doors: Doors) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!mayRead(doors, request.raw))
      throw unauthorized('the admin token, or a token with the scope "read",');
    reply.header('cache-control', 'no-store');
  };
}

/** Requires permission for what other nodes need, and readers may not have, even if reading is public. */
export function requirePeer(keys: Keys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const grant = grantOf(keys, request.raw);
    if (grant !== 'admin' && grant !== 'peer')
      throw unauthorized('the admin token, or a token with the scope "peer",');
  };
}

/** Requires permission for what other nodes need, and readers may have. */
export function requireReaderOrPeer(doors: Doors) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!mayRead(doors, request.raw) && grantOf(doors, request.raw) !== 'peer')
      throw unauthorized('the admin token, or a token with the scope "read" or "peer",');
    reply.header('cache-control', 'no-store');
  };
}

/** Requires the control socket. */
export async function requireControl(request: FastifyRequest): Promise<void> {
  if (!isTrusted(request.raw.socket)) throw new HitError('not_found', 'not found');
}

export function mayRead(doors: Doors, request: IncomingMessage): boolean {
  if (doors.public) {
    countWrongToken(doors, request);
    return true;
  }
  const grant = grantOf(doors, request);
  return grant === 'admin' || grant === 'read';
}

/**
 * Whether a reader who was let in may go on reading: its token may be revoked by now, or its session ended. Unlike the checks, it
 * knows no wrong tokens of others at the same address, and never throws.
 */
export function mayGoOnReading(doors: Doors, request: IncomingMessage): boolean {
  if (doors.public || isTrusted(request.socket)) return true;
  const bearer = bearerOf(request);
  const grant = bearer === '' ? sessionGrant(doors, request) : tokenOf(doors, bearer)?.scope;
  return grant === 'admin' || grant === 'read';
}

/**
 * Counts a token that is wrong, although reading needs none: shares and limits depend on it, so its effect would tell a right one.
 *
 * @throws HitError `rate_limited` after too many of them
 */
function countWrongToken(keys: Keys, request: IncomingMessage): void {
  if (bearerOf(request) !== '') grantOf(keys, request);
}

/**
 * The only sites that the token of a request permits; undefined without such a token. Applies even if reading is public.
 *
 * @throws HitError `rate_limited` after too many wrong tokens
 */
export function boundSitesOf(keys: Keys, request: IncomingMessage): readonly string[] | undefined {
  const bearer = bearerOf(request);
  if (bearer === '' || isTrusted(request.socket)) return undefined;
  // First, as a token that is refused for its sites is a right one.
  keys.guard?.check(request);
  return isToken(bearer, keys.adminToken) ? undefined : (keys.tokens?.accessOf(bearer)?.sites ?? undefined);
}

/**
 * Whether a client may see the details of faults, such as paths, addresses and the engine's messages: with a token for reading all
 * sites, even if reading is public. Unlike the checks, it never throws.
 */
export function maySeeDetails(keys: Keys, request: IncomingMessage): boolean {
  try {
    if (boundSitesOf(keys, request)) return false;
    const grant = grantOf(keys, request);
    return grant === 'admin' || grant === 'read';
  } catch (error) {
    if (error instanceof HitError) return false;
    throw error;
  }
}

/** @throws HitError `forbidden` for a change requested by a page of another site */
export function isAdmin(keys: Keys, request: IncomingMessage): boolean {
  return grantOf(keys, request) === 'admin';
}

/**
 * Whether a request gives the admin token to sign in.
 *
 * @throws HitError `rate_limited` after too many wrong ones
 */
export function isSignIn({ adminToken, guard }: Keys, request: IncomingMessage, given: string): boolean {
  guard?.check(request);
  const isRight = isToken(given, adminToken);
  if (!isRight) guard?.fail(request);
  return isRight;
}

/** Compares digests, so that timing reveals neither content nor length of the token. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

/** The token that a request sends, or ''. */
export function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/**
 * Who sends a request, for shares and limits: `admin`, the ID of a token, or undefined without valid credentials. Unlike the
 * checks, it never throws.
 */
export function holderOf(keys: Keys, request: IncomingMessage): string | undefined {
  if (isTrusted(request.socket)) return 'admin';
  const bearer = bearerOf(request);
  if (bearer !== '') return tokenOf(keys, bearer)?.id;
  return isSameOrigin(request) ? sessionGrant(keys, request) : undefined;
}

function grantOf(keys: Keys, request: IncomingMessage): Grant | undefined {
  const { guard } = keys;
  if (isTrusted(request.socket)) return 'admin';
  const bearer = bearerOf(request);
  if (bearer !== '') {
    guard?.check(request);
    const grant = tokenOf(keys, bearer)?.scope;
    if (grant === undefined) guard?.fail(request);
    return grant;
  }
  const grant = sessionGrant(keys, request);
  if (grant !== undefined && !isSameOrigin(request)) throw foreignPage();
  return grant;
}

/** Of the session of a signed-in browser. */
function sessionGrant({ sessions }: Keys, { headers }: IncomingMessage): 'admin' | undefined {
  return sessions?.isOpen(cookieValue(headers.cookie ?? '', Sessions.NAME)) ? 'admin' : undefined;
}

/** The holder and the permissions of a token. */
function tokenOf(
  { adminToken, peerToken, tokens }: Keys,
  given: string,
): { readonly id: string; readonly scope: Grant } | undefined {
  if (isToken(given, adminToken)) return { id: 'admin', scope: 'admin' };
  if (peerToken !== undefined && isToken(given, peerToken)) return { id: 'peer', scope: 'peer' };
  return tokens?.accessOf(given);
}

/** Refuses a change requested by a page of another site. Programs, which send no origin, may request it. @throws HitError `forbidden` */
export function refuseForeignPage(request: IncomingMessage): void {
  const { 'sec-fetch-site': site, origin } = request.headers;
  if ((site !== undefined || origin !== undefined) && !isSameOrigin(request)) throw foreignPage();
}

function foreignPage(): HitError {
  return new HitError('forbidden', 'requests from pages of other sites are refused');
}

/** A browser sends its cookies for any page: changes are accepted from our own pages only. */
function isSameOrigin({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin = '', host = '' } = headers;
  return host !== '' && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function unauthorized(what: string): HitError {
  return new HitError('unauthorized', `${what} is required: send "Authorization: Bearer <token>"`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
