import { HitError } from '../errors.ts';
import type { TrustedProxies } from '../hit/address.ts';
import { ClientNetworks } from '../hit/client-network.ts';
import { EMPTY_CONTEXT, type RequestContext } from '../hit/request-context.ts';
import { numberOr, shown } from '../schema/argument.ts';

/** Input of a tracker: a Node or web platform request, or just a visitor's name. */
export type TrackInput = NodeRequest | WebRequest | PeerRequest | NamedVisitor;

/** What trackers read of a request of `node:http`, Express, Koa and others, so that no types of Node are needed. */
export interface NodeRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** What trackers read of a `Request` of the web platform. */
export interface WebRequest {
  readonly headers: { get(name: string): string | null };
  /** Absolute. */
  readonly url: string;
  readonly method: string;
}

/** A request with what it does not contain itself. */
export interface PeerRequest {
  readonly request: NodeRequest | WebRequest;
  /** Address at the other end of the connection, from the runtime. */
  readonly peer?: string;
  /** Address of the client, if the program knows it: forwarded addresses are then ignored. */
  readonly client?: string;
  /** Status of the answer. Default: unknown. */
  readonly status?: number;
}

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
 * The assumed peer of a web request without one: a proxy on this machine, so `X-Forwarded-For` is trusted if such proxies
 * are. Nothing else could tell clients apart.
 */
const FORWARDER = '127.0.0.1';
const NETWORKS = new ClientNetworks();
/** HTTP statuses; 0 is unknown. */
const STATUS = { least: 0, most: 999, isWhole: true };

/**
 * Converts tracker input to raw facts. Requests are recognized by their headers: frameworks wrap and extend them, and may
 * add a `visitor` property of their own.
 *
 * @throws HitError `invalid` for a visitor without a name, since all nameless visitors would count as one, and for what is
 *   neither a request nor a visitor
 */
export function factsOf(input: TrackInput, time: number): RequestContext {
  // From JavaScript, anything may come.
  if (typeof input !== 'object' || input === null)
    throw invalid(`track needs a request, or a visitor such as { visitor: 'ann' }, not ${shown(input)}`);
  if ('headers' in input) return factsOfRequest(input, time, undefined);
  return 'request' in input ? factsOfPeerRequest(input, time) : factsOfVisitor(input, time);
}

function factsOfPeerRequest(input: PeerRequest, time: number): RequestContext {
  const { request, peer, client } = input;
  if (typeof request !== 'object' || request === null || !('headers' in request))
    throw invalid(`request must be a Request of the web platform or of node:http, not ${shown(request)}`);
  // A peer that the runtime does not know must not become a trusted one.
  const isPeerMissing = 'peer' in input || (client === undefined && input.status === undefined);
  if (typeof peer !== 'string' && isPeerMissing)
    throw invalid(`peer must be an address as a string, not ${shown(peer)}`);
  if (client !== undefined && typeof client !== 'string')
    throw invalid(`client must be an address as a string, not ${shown(client)}`);
  const status = numberOr('status', input.status, 0, STATUS);
  const facts = factsOfRequest(request, time, peer);
  if (!client) return { ...facts, status };
  return { ...facts, status, peer: client, forwarded: '' };
}

function factsOfRequest(
  request: NodeRequest | WebRequest,
  time: number,
  peer: string | undefined,
): RequestContext {
  if (typeof request.headers !== 'object' || request.headers === null)
    throw invalid(`headers of the request must be an object, not ${shown(request.headers)}`);
  return isWebRequest(request)
    ? factsOfWebRequest(request, time, peer ?? FORWARDER)
    : factsOfNodeRequest(request, time, peer);
}

function isWebRequest(request: NodeRequest | WebRequest): request is WebRequest {
  return typeof request.headers.get === 'function';
}

function factsOfVisitor(input: NamedVisitor, time: number): RequestContext {
  return {
    ...EMPTY_CONTEXT,
    time,
    visitor: nameOf(input.visitor),
    site: input.site ?? 'localhost',
    path: input.path ?? '/',
    name: input.name ?? '',
    userAgent: input.userAgent ?? '',
    referrer: input.referrer ?? '',
  };
}

/** A number of a database is a name, too. */
function nameOf(visitor: unknown): string {
  if (typeof visitor === 'number' || typeof visitor === 'bigint') return String(visitor);
  if (typeof visitor === 'string' && visitor !== '') return visitor;
  throw invalid(`visitor must be a non-empty string, not ${shown(visitor)}`);
}

function factsOfNodeRequest(request: NodeRequest, time: number, peer: string | undefined): RequestContext {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : (value?.join(', ') ?? '');
  };
  // HTTP/2 has a field of its own.
  const host = header('host') || header(':authority');
  return {
    ...EMPTY_CONTEXT,
    ...shared(header, time),
    host: host || 'localhost',
    hostname: host,
    path: originalUrl(request) ?? request.url ?? '/',
    // A request that a test has made up may have no socket.
    peer: peer ?? request.socket?.remoteAddress ?? '',
    method: request.method ?? '',
  };
}

/** Express and Connect routers strip their mount path from `url` and keep the full URL in `originalUrl`. */
function originalUrl(request: NodeRequest & { readonly originalUrl?: unknown }): string | undefined {
  return typeof request.originalUrl === 'string' ? request.originalUrl : undefined;
}

function factsOfWebRequest(request: WebRequest, time: number, peer: string): RequestContext {
  const url = absoluteUrl(request.url);
  return {
    ...EMPTY_CONTEXT,
    ...shared((name) => request.headers.get(name) ?? '', time),
    host: url.host,
    hostname: url.host,
    path: url.pathname + url.search,
    peer,
    method: request.method,
  };
}

function absoluteUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new HitError('invalid', `url of the request must be absolute, not ${shown(text)}`, { cause });
  }
}

function shared(header: (name: string) => string, time: number) {
  return {
    kind: 'request',
    time,
    referrer: header('referer'),
    userAgent: header('user-agent'),
    language: header('accept-language'),
    forwarded: header('x-forwarded-for') || header('x_forwarded_for'),
    cookie: header('cookie'),
    purpose: header('sec-purpose') || header('purpose'),
  } as const;
}

/** The visitor of a request as text: the visitor's name, else address and agent. */
export function visitorText(facts: RequestContext, proxies: TrustedProxies): string {
  if (facts.visitor !== '') return `visitor\n${facts.visitor}`;
  return `client\n${NETWORKS.of(proxies.clientOf(facts.peer, facts.forwarded))}\n${facts.userAgent}`;
}

function invalid(message: string): HitError {
  return new HitError('invalid', message);
}
