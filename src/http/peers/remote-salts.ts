import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { HitError } from '../../errors.ts';
import { decodeSalts } from '../../folder/salt-file.ts';
import type { SaltSource } from '../../hit/salt-source.ts';
import { faultOf } from '../../schema/check.ts';
import { SALTS, type SaltsAnswer } from '../api/salts.ts';
import { lookupNear, publicAddressOf } from './private-network.ts';

/** Timeout for an answer, in milliseconds. */
const TIMEOUT_MS = 3000;
/** Largest answer in bytes: three salts take 200. */
const MAX_BYTES = 10_000;
const PATH = '/api/v1/salts';

/**
 * Salts from another node (`--salts-from`), for nodes that share nothing but their secrets. That node makes them; this
 * one proposes none. If the URL is this node's own, for example because all nodes have the same settings, all nodes use
 * its candidates.
 *
 * The answer contains secrets, so plain HTTP is limited to loopback and private
 * addresses, also after a name lookup; redirects are not followed.
 */
export class RemoteSalts implements SaltSource {
  readonly name: string;
  readonly #url: URL;
  readonly #token: string;
  readonly #node: string;

  /**
   * @param text such as `http://10.0.0.1:5000`
   * @param token of the scope `peer`
   * @param node identifies this node: see `GET /api/v1/salts`
   * @throws HitError `bad_setting`
   */
  constructor(text: string, token: string, node: string) {
    this.#url = saltsUrl(text);
    this.#token = token;
    this.#node = node;
    this.name = this.#url.origin;
  }

  async agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined> {
    const { node, salts } = await this.#ask();
    return node === this.#node ? candidate : decodeSalts(salts)[day];
  }

  /** The other node destroys its own salts. */
  async forget(): Promise<void> {}

  async #ask(): Promise<SaltsAnswer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await this.#get(signal);
      const body = await bodyOf(response);
      const answer: unknown = JSON.parse(body);
      if (faultOf(SALTS, answer, 'the answer') !== undefined) {
        throw new Error('its answer is not that of a Hit Tracker: check the URL');
      }
      return answer as SaltsAnswer;
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${TIMEOUT_MS / 1000} s`, { cause: error });
      throw error;
    }
  }

  #get(signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = { accept: 'application/json', authorization: `Bearer ${this.#token}` };
    const sent =
      this.#url.protocol === 'https:'
        ? requestSecure(this.#url, { signal, agent: false, headers })
        : requestPlain(this.#url, { signal, agent: false, headers, lookup: LOOKUP });
    sent.on('response', resolve).on('error', reject).end();
    return promise;
  }
}

/**
 * Reads the URL of a node that provides salts.
 *
 * @throws HitError `bad_setting`, which shows no password
 */
export function saltsUrl(text: string): URL {
  const shown = text.replace(/^.*@/s, '…@').slice(0, 100);
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new HitError(
      'bad_setting',
      `--salts-from: "${shown}" is not the URL of a node, such as http://10.0.0.1:5000`,
    );
  }
  const address = publicAddressOf(url);
  if (address !== undefined) throw publicAddressError(address);
  url.pathname = url.pathname.replace(/(?:\/api\/v1\/salts)?\/*$/, PATH);
  return url;
}

function publicAddressError(address: string): HitError {
  return new HitError(
    'bad_setting',
    `--salts-from: ${address} is a public address, and salts are not fetched from there over plain HTTP: use https://`,
  );
}

const LOOKUP = lookupNear(publicAddressError);

const ADVICE =
  'give all nodes the same secrets.json, or set --peer-token; and upgrade it if its version is older';
const REFUSALS: Readonly<Record<number, string>> = {
  401: `it refuses the token of this node: ${ADVICE}`,
  429: `it refuses all tokens from this address for some minutes, since too many were wrong: ${ADVICE}`,
  404: 'it does not serve salts: is it a Hit Tracker of this version?',
};

async function bodyOf(response: IncomingMessage): Promise<string> {
  try {
    const { statusCode = 0 } = response;
    if (statusCode >= 300 && statusCode < 400)
      throw new Error('it redirects: use the URL of the node itself');
    if (statusCode !== 200) throw new Error(REFUSALS[statusCode] ?? `it answered ${statusCode}`);
    let body = '';
    response.setEncoding('utf8');
    for await (const chunk of response as AsyncIterable<string>) {
      body += chunk;
      if (body.length > MAX_BYTES) throw new Error('its answer is too long: is it a Hit Tracker?');
    }
    return body;
  } finally {
    response.destroy();
  }
}
