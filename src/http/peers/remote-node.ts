import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { HitError, messageOf } from '../../errors.ts';
import { decodeSnapshot, SKETCH_TYPE, type Snapshot } from '../../live/snapshot.ts';
import { lookupNear, publicAddressOf } from './private-network.ts';

/** A request to a node, and its limits. */
export interface SketchQuery {
  /** Undefined for all sites together. */
  readonly site: string | undefined;
  /** Timeout for the whole answer, in milliseconds. */
  readonly timeout: number;
  /** Largest answer, in bytes. */
  readonly mostBytes: number;
}

export interface SketchAnswer {
  readonly snapshot: Snapshot;
  /** When the answer began to arrive, in milliseconds since 1970. */
  readonly received: number;
}

export interface RemoteNodeOptions {
  /** Default: none is sent. */
  readonly token?: string | undefined;
  /** How to give the token, for messages about a missing or wrong one. */
  readonly advice?: string;
  /** Whether to send requests over plain HTTP outside private networks too. Default: no. */
  readonly allowsPublic?: boolean;
}

/** Path of sketches below a node's URL; a URL that includes it is accepted too. */
const ROUTE = /(?:\/api\/v1\/sketch)?\/*$/;

/** In our own words: text of a remote server must not reach the terminal. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'it rejects the query: is it a Hit Tracker?',
  401: 'it refuses the token, or requires one',
  403: 'the token does not permit this site, or a query of all sites',
  429: 'it refuses all tokens from this address for some minutes, since too many were wrong',
  404: 'it has no sketches: it is not a Hit Tracker, or keeps no live counts (--tracker simple,rate)',
};

const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  EHOSTUNREACH: 'the host is unreachable',
};

/** Another node, as named on the command line. */
export class RemoteNode {
  /** For display, without secrets. */
  readonly name: string;
  readonly #url: URL;
  readonly #token: string | undefined;
  readonly #advice: string;
  readonly #allowsPublic: boolean;

  /**
   * @param text such as `http://host:5000`
   * @throws HitError `bad_usage`, which repeats nothing that may be a password
   */
  constructor(text: string, options: RemoteNodeOptions = {}) {
    const { token, advice = 'set HIT_TOKEN or --token', allowsPublic = false } = options;
    const shown = text.replace(/^.*@/s, '…@');
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
      throw new HitError('bad_usage', `"${shown}" is not the URL of a node, such as http://host:5000`);
    }
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') {
      throw new HitError(
        'bad_usage',
        `${url.protocol}//…@${url.host}: a secret in a URL is visible to others; the token: ${advice}`,
      );
    }
    if (url.search !== '' || url.hash !== '') {
      throw new HitError('bad_usage', `${url.origin}: the URL of a node ends before "?" and "#"`);
    }
    const address = allowsPublic ? undefined : publicAddressOf(url);
    if (address !== undefined) throw refusalOf(address);
    url.pathname = url.pathname.replace(ROUTE, '');
    this.name = url.href.replace(/\/$/, '');
    url.pathname = url.pathname.replace(ROUTE, '/api/v1/sketch');
    this.#url = url;
    this.#token = token;
    this.#advice = advice;
    this.#allowsPublic = allowsPublic;
  }

  /**
   * Fetches the node's sketches.
   *
   * @throws HitError `merge_failed`, whose message does not name the node
   */
  async fetch({ site, timeout, mostBytes }: SketchQuery): Promise<SketchAnswer> {
    const url = new URL(this.#url);
    if (site !== undefined) url.searchParams.set('site', site);
    const signal = AbortSignal.timeout(timeout);
    try {
      const response = await this.#get(url, signal);
      const received = Date.now();
      const bytes = await this.#bodyOf(response, mostBytes);
      const snapshot = decodeSnapshot(bytes);
      if (snapshot.site !== site) throw new HitError('merge_failed', 'it answers for another site');
      return { snapshot, received };
    } catch (error) {
      const seconds = timeout / 1000;
      throw signal.aborted
        ? new HitError('merge_failed', `no answer within ${seconds} s`, { cause: error })
        : faultOf(error);
    }
  }

  /** Not `fetch`: it refuses ports that it considers unsafe, such as 6000, and follows redirects. */
  #get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const authorization = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const options = { signal, agent: false, headers: { accept: SKETCH_TYPE, ...authorization } };
    const sent =
      url.protocol === 'https:'
        ? requestSecure(url, options)
        : requestPlain(url, { ...options, ...(!this.#allowsPublic && { lookup: lookupNear(refusalOf) }) });
    sent.on('response', resolve).on('error', reject).end();
    return promise;
  }

  async #bodyOf(response: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
    const { statusCode = 0, headers } = response;
    try {
      if (statusCode >= 300 && statusCode < 400) {
        throw new HitError('merge_failed', 'it redirects: use the URL of the node itself');
      }
      if (statusCode !== 200) {
        const advice = [401, 403, 429].includes(statusCode) ? `: ${this.#advice}` : '';
        throw new HitError('merge_failed', `${REFUSALS[statusCode] ?? `it answered ${statusCode}`}${advice}`);
      }
      if (headers['content-type'] !== SKETCH_TYPE) {
        throw new HitError('merge_failed', 'the answer is not that of a Hit Tracker: check the address');
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) {
          throw new HitError('merge_failed', `its answer is larger than ${mostBytes} bytes: see --max-size`);
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, bytes);
    } finally {
      response.destroy();
    }
  }
}

function refusalOf(address: string): HitError {
  return new HitError(
    'bad_usage',
    `${address} is a public address, and no token is sent there over plain HTTP: use https://, or set --allow-insecure-peers`,
  );
}

function faultOf(error: unknown): HitError {
  if (error instanceof HitError) return new HitError('merge_failed', error.message, { cause: error });
  const { code } = error as NodeJS.ErrnoException;
  return new HitError('merge_failed', FAULTS[code ?? ''] ?? code ?? messageOf(error), { cause: error });
}
