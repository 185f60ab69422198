import type { IncomingMessage } from 'node:http';
import { HitError } from '../errors.ts';
import type { TrustedProxies } from '../hit/address.ts';
import { type Facts, NO_FACTS } from '../hit/facts.ts';

/** What a program may hand to a tracker: a request of Node's or of the web platform's, or just a visitor's name. */
export type TrackInput = IncomingMessage | Request | NamedVisitor;

export interface NamedVisitor {
  /** Any text that names a visitor; not empty. */
  readonly visitor: string;
  readonly site?: string;
  readonly path?: string;
  readonly name?: string;
  readonly userAgent?: string;
  readonly referrer?: string;
}

/**
 * The plain facts of what a program handed in. Requests are told by their headers: frameworks wrap and extend them, and
 * may well put a `visitor` of their own on them.
 *
 * @throws HitError `invalid` for a visitor without a name, whom all others without one would be taken for
 */
export function factsOf(input: TrackInput, time: number): Facts {
  if (!('headers' in input)) return factsOfVisitor(input, time);
  return isWebRequest(input) ? factsOfWebRequest(input, time) : factsOfNodeRequest(input, time);
}

function isWebRequest(request: IncomingMessage | Request): request is Request {
  return typeof request.headers.get === 'function';
}

function factsOfVisitor(input: NamedVisitor, time: number): Facts {
  const visitor = String(input.visitor ?? '');
  if (visitor === '') throw new HitError('invalid', 'a visitor needs a name: visitor is empty');
  return {
    ...NO_FACTS,
    time,
    visitor,
    site: input.site ?? 'localhost',
    path: input.path ?? '/',
    name: input.name ?? '',
    userAgent: input.userAgent ?? '',
    referrer: input.referrer ?? '',
  };
}

function factsOfNodeRequest(request: IncomingMessage, time: number): Facts {
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  };
  return {
    ...NO_FACTS,
    ...shared(header, time),
    host: header('host') || 'localhost',
    path: request.url ?? '/',
    peer: request.socket.remoteAddress ?? '',
    method: request.method ?? '',
  };
}

/** A web request does not say who is at the other end: its address is what proxies say, or unknown. */
function factsOfWebRequest(request: Request, time: number): Facts {
  const url = new URL(request.url);
  return {
    ...NO_FACTS,
    ...shared((name) => request.headers.get(name) ?? '', time),
    host: url.host,
    path: url.pathname + url.search,
    peer: '127.0.0.1',
    method: request.method,
  };
}

function shared(header: (name: string) => string, time: number) {
  return {
    kind: 'beacon',
    time,
    referrer: header('referer'),
    userAgent: header('user-agent'),
    language: header('accept-language'),
    forwarded: header('x-forwarded-for') || header('x_forwarded_for'),
    cookie: header('cookie'),
    purpose: header('sec-purpose') || header('purpose'),
  } as const;
}

/** Who a request comes from, as a text: its visitor's name, else its address and agent. */
export function visitorText(facts: Facts, proxies: TrustedProxies): string {
  if (facts.visitor !== '') return `visitor\n${facts.visitor}`;
  return `client\n${proxies.clientOf(facts.peer, facts.forwarded)}\n${facts.userAgent}`;
}
