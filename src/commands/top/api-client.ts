import { HitError, messageOf } from '../../errors.ts';
import { ControlClient } from '../control-client.ts';

/** Timeout for an answer, in milliseconds. */
const REQUEST_TIMEOUT = 10_000;

/** Client of a server's API. */
export interface ApiClient {
  /** The server's name, for display. */
  readonly name: string;
  /** @throws HitError if there is no answer; `unauthorized`, `not_found` and `invalid` are not worth a retry */
  get<Answer>(path: string): Promise<Answer>;
}

/**
 * The server that runs on a data folder, over the socket in it.
 *
 * @param end cancels requests, and prevents new ones
 * @throws HitError `not_found`
 */
export async function localApiClient(dataDir: string, end: AbortSignal): Promise<ApiClient> {
  const isThere = await ControlClient.connect(dataDir, requestTimeout(end));
  if (!isThere) {
    throw new HitError(
      'not_found',
      `no server runs on the data folder ${dataDir}: start it, name another with --data-dir, or give --url`,
    );
  }
  return {
    name: `the server on ${dataDir}`,
    // Another server may have the folder by now.
    async get(path) {
      const signal = requestTimeout(end);
      const client = await ControlClient.connect(dataDir, signal);
      if (!client) throw new HitError('store_unavailable', 'the server closed the connection');
      return client.get(path, signal);
    },
  };
}

function requestTimeout(end: AbortSignal): AbortSignal {
  return AbortSignal.any([end, AbortSignal.timeout(REQUEST_TIMEOUT)]);
}

/**
 * @param end cancels requests, and prevents new ones
 * @throws HitError `bad_usage` for text that is not the URL of a server
 */
export function remoteApiClient(url: string, token: string | undefined, end: AbortSignal): ApiClient {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new HitError('bad_usage', '--url: it is not a URL such as http://host:5000');
  }
  const { origin, pathname, username } = new URL(url);
  if (username !== '')
    throw new HitError('bad_usage', '--url: a secret in it is visible to others: use HIT_TOKEN');
  const base = origin + pathname.replace(/\/+$/, '');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    name: base,
    async get<Answer>(path: string): Promise<Answer> {
      const response = await fetch(base + path, { headers, signal: requestTimeout(end) }).catch((error) => {
        throw new HitError(
          'store_unavailable',
          `${base} does not answer: ${messageOf(error.cause ?? error)}`,
        );
      });
      if (response.status === 401) {
        throw new HitError('unauthorized', `${base} requires a token for reading: set HIT_TOKEN or --token`);
      }
      if (response.status === 400) {
        throw new HitError(
          'invalid',
          `${base} rejects the query: check --site, which is required if the token is bound to several sites`,
        );
      }
      if (response.status === 403) {
        throw new HitError(
          'unauthorized',
          `the token does not permit this site on ${base}: set --site to one that it is bound to`,
        );
      }
      if (response.status === 404)
        throw new HitError('not_found', `${base} does not answer like a Hit Tracker: check the address`);
      if (!response.ok) throw new HitError('store_unavailable', `${base} answers ${response.status}`);
      try {
        return (await response.json()) as Answer;
      } catch (error) {
        throw new HitError('not_found', `${base} does not answer like a Hit Tracker: check the address`, {
          cause: error,
        });
      }
    },
  };
}
