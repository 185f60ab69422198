import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../errors.ts';
import type { Scope, Tokens } from '../folder/tokens.ts';
import { cookieValue } from '../hit/visitor.ts';
import { Sessions } from './session.ts';

/** What opens doors. */
export interface Keys {
  readonly adminToken: string;
  /** Tokens that were given to others. Missing where nobody can be asked for them. */
  readonly tokens?: Pick<Tokens, 'scopeOf'>;
  /** Browsers that are signed in. Missing where there are no pages. */
  readonly sessions?: Sessions;
}

/** The keys, and whether everybody may read. */
export type Doors = Keys & { readonly public: boolean };

/** What somebody may do: everything, or what a token was made for. */
type Grant = 'admin' | Scope;

/** Connections over the control socket in the data folder: whoever may open that may read the folder itself. */
const trustedSockets = new WeakSet<Socket>();

export function trustSocket(socket: Socket): void {
  trustedSockets.add(socket);
}

/** Lets in who has the admin token. For what changes something, also where reading is public. */
export function requireToken(keys: Keys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (!isAdmin(keys, request.raw)) throw unauthorized('the admin token');
  };
}

/** Lets in who may send hits for others. */
export function requireSender(keys: Keys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const grant = grantOf(keys, request.raw);
    if (grant !== 'admin' && grant !== 'write')
      throw unauthorized('the admin token, or one for sending hits,');
  };
}

/** Lets in who may read. */
export function requireReader(doors: Doors) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (!mayRead(doors, request.raw)) throw unauthorized('the admin token, or one for reading,');
  };
}

/** Lets in who comes over the control socket only. */
export async function requireControl(request: FastifyRequest): Promise<void> {
  if (!trustedSockets.has(request.raw.socket)) throw new HitError('not_found', 'there is nothing here');
}

export function mayRead(doors: Doors, request: IncomingMessage): boolean {
  if (doors.public) return true;
  const grant = grantOf(doors, request);
  return grant === 'admin' || grant === 'read';
}

/** @throws HitError `forbidden` for a change that a page of another site asks for */
export function isAdmin(keys: Keys, request: IncomingMessage): boolean {
  return grantOf(keys, request) === 'admin';
}

/** Compares digests, so that neither content nor length of the token can be measured. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

/** What a request sends as its token, or ''. */
export function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

function grantOf({ adminToken, tokens, sessions }: Keys, request: IncomingMessage): Grant | undefined {
  if (trustedSockets.has(request.socket)) return 'admin';
  const bearer = bearerOf(request);
  if (bearer !== '') return isToken(bearer, adminToken) ? 'admin' : tokens?.scopeOf(bearer);
  if (!sessions?.isOpen(cookieValue(request.headers.cookie ?? '', Sessions.NAME))) return undefined;
  if (!isSameOrigin(request)) {
    throw new HitError('forbidden', 'requests from pages of other sites are refused');
  }
  return 'admin';
}

/** A browser sends its cookies along whatever page asks: what changes something is asked for by our own pages only. */
function isSameOrigin({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin = '', host = '' } = headers;
  return host !== '' && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function unauthorized(what: string): HitError {
  return new HitError('unauthorized', `${what} is needed: send "Authorization: Bearer <token>"`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
