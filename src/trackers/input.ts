import { HitError } from '../errors.ts';
import type { TrustedProxies } from '../hit/address.ts';
import { ClientNetworks } from '../hit/client-network.ts';
import type { CountedFacts } from '../hit/counting-rule.ts';
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
 * What decides whether an input counts, and as whose. Requests are recognized by their headers: frameworks wrap and extend them,
 * and may add a `visitor` property of their own.
 *
 * @throws HitError `invalid` for a visitor without a name, since all nameless visitors would count as one, and for what is
 *   neither a request nor a visitor
 */
export function factsOf(input: TrackInput): CountedFacts {
  // From JavaScript, anything may come.
  if (typeof input !== 'object' || input === null)
    throw invalid(`track needs a request, or a visitor such as { visitor: 'ann' }, not ${shown(input)}`);
  if ('headers' in input) return factsOfRequest(input, undefined, '', 0);
  return 'request' in input ? factsOfPeerRequest(input) : factsOfVisitor(input);
}

/**
 * All facts of an input, to be stored.
 *
 * @param time milliseconds since 1970
 * @throws HitError as `factsOf`
 */
export function contextOf(input: TrackInput, time: number): RequestContext {
  const context = { ...EMPTY_CONTEXT, ...factsOf(input), time };
  if (!('headers' in input || 'request' in input)) {
    const { site, name, referrer } = input;
    // From JavaScript, what is unknown may be null.
    return { ...context, site: site ?? 'localhost', name: name ?? '', referrer: referrer ?? '' };
  }
  const request = 'headers' in input ? input : input.request;
  const header = headerOf(request);
  return {
    ...context,
    kind: 'request',
    hostname: isWebRequest(request) ? context.host : hostOf(request),
    referrer: header('referer'),
    language: header('accept-language'),
    cookie: header('cookie'),
  };
}

function factsOfPeerRequest(input: PeerRequest): CountedFacts {
  const { request, peer, client } = input;
  if (typeof request !== 'object' || request === null || !('headers' in request))
    throw invalid(`request must be a Request of the web platform or of node:http, not ${shown(request)}`);
  // A peer that the runtime does not know must not become a trusted one.
  const isPeerMissing = 'peer' in input || (client === undefined && input.status === undefined);
  if (typeof peer !== 'string' && isPeerMissing)
    throw invalid(`peer must be an address as a string, not ${shown(peer)}`);
  if (client !== undefined && typeof client !== 'string')
    throw invalid(`client must be an address as a string, not ${shown(client)}`);
  return factsOfRequest(request, peer, client ?? '', numberOr('status', input.status, 0, STATUS));
}

/** @param client '' if it is to be found by peer and forwarded addresses */
function factsOfRequest(
  request: NodeRequest | WebRequest,
  peer: string | undefined,
  client: string,
  status: number,
): CountedFacts {
  if (typeof request.headers !== 'object' || request.headers === null)
    throw invalid(`headers of the request must be an object, not ${shown(request.headers)}`);
  return isWebRequest(request)
    ? factsOfWebRequest(request, peer ?? FORWARDER, client, status)
    : factsOfNodeRequest(request, peer, client, status);
}

function isWebRequest(request: NodeRequest | WebRequest): request is WebRequest {
  return typeof request.headers.get === 'function';
}

function factsOfVisitor(input: NamedVisitor): CountedFacts {
  return {
    visitor: nameOf(input.visitor),
    host: '',
    path: input.path ?? '/',
    peer: '',
    forwarded: '',
    userAgent: input.userAgent ?? '',
    purpose: '',
    method: '',
    status: 0,
  };
}

/** A number of a database is a name, too. */
function nameOf(visitor: unknown): string {
  if (typeof visitor === 'number' || typeof visitor === 'bigint') return String(visitor);
  if (typeof visitor === 'string' && visitor !== '') return visitor;
  throw invalid(`visitor must be a non-empty string, not ${shown(visitor)}`);
}

/** Names of headers are literals here: reading them by a variable takes several times as long. */
function factsOfNodeRequest(
  request: NodeRequest,
  peer: string | undefined,
  client: string,
  status: number,
): CountedFacts {
  const { headers } = request;
  return {
    visitor: '',
    host: hostOf(request) || 'localhost',
    path: originalUrl(request) ?? request.url ?? '/',
    // A request that a test has made up may have no socket.
    peer: client || (peer ?? request.socket?.remoteAddress ?? ''),
    forwarded: client ? '' : textOf(headers['x-forwarded-for']) || textOf(headers.x_forwarded_for),
    userAgent: textOf(headers['user-agent']),
    purpose: textOf(headers['sec-purpose']) || textOf(headers.purpose),
    method: request.method ?? '',
    status,
  };
}

/** Express and Connect routers strip their mount path from `url` and keep the full URL in `originalUrl`. */
function originalUrl(request: NodeRequest & { readonly originalUrl?: unknown }): string | undefined {
  return typeof request.originalUrl === 'string' ? request.originalUrl : undefined;
}

/** HTTP/2 has a field of its own. '' if there is none. */
function hostOf({ headers }: NodeRequest): string {
  return textOf(headers.host) || textOf(headers[':authority']);
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

function factsOfWebRequest(
  { headers, url, method }: WebRequest,
  peer: string,
  client: string,
  status: number,
): CountedFacts {
  const { host, pathname, search } = absoluteUrl(url);
  return {
    visitor: '',
    host,
    path: pathname + search,
    peer: client || peer,
    forwarded: client ? '' : headers.get('x-forwarded-for') || headers.get('x_forwarded_for') || '',
    userAgent: headers.get('user-agent') ?? '',
    purpose: headers.get('sec-purpose') || headers.get('purpose') || '',
    method,
    status,
  };
}

function absoluteUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new HitError('invalid', `url of the request must be absolute, not ${shown(text)}`, { cause });
  }
}

function headerOf(request: NodeRequest | WebRequest): (name: string) => string {
  if (isWebRequest(request)) return (name) => request.headers.get(name) ?? '';
  return (name) => textOf(request.headers[name]);
}

/** The visitor of a request as text: the visitor's name, else address and agent. */
export function visitorText(facts: CountedFacts, proxies: TrustedProxies): string {
  if (facts.visitor !== '') return `visitor\n${facts.visitor}`;
  return `client\n${NETWORKS.of(proxies.clientOf(facts.peer, facts.forwarded))}\n${facts.userAgent}`;
}

function invalid(message: string): HitError {
  return new HitError('invalid', message);
}
