import type { NodeRequest } from '../trackers/input.ts';
import type { HitCounter } from './hit-counter.ts';

/** What a middleware uses of the response of `node:http`. */
export interface NodeResponse {
  readonly statusCode: number;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/** What an adapter knows of a request besides. */
export interface Exchange {
  /** Path and query before routers strip their part. Default: those of the request. */
  readonly url?: string | undefined;
  /** Address of the client, if the application resolves it. */
  readonly client?: string | undefined;
}

/**
 * Tracks a request of `node:http` once its answer is handed over to the operating system. If the client closes the connection
 * before that, nothing was delivered.
 *
 * @param exchange is read at once, as the address of a closed connection is unknown
 */
export function watch(
  counter: HitCounter,
  request: NodeRequest,
  response: NodeResponse,
  exchange: () => Exchange = () => ({}),
): void {
  counter.guard(() => {
    const { url = originalUrl(request) ?? request.url, client } = exchange();
    const { headers, method, socket } = request;
    const peer = socket?.remoteAddress ?? '';
    const end = counter.begin(response);
    if (!end) return;
    response.once('finish', () => {
      const status = response.statusCode;
      end({
        request: { headers, ...(method !== undefined && { method }), ...(url !== undefined && { url }) },
        peer,
        status,
        ...(client !== undefined && { client }),
      });
    });
    response.once('close', () => end(undefined));
  });
}

/** Express and Connect keep the URL here, which their routers shorten. */
function originalUrl(request: NodeRequest & { readonly originalUrl?: unknown }): string | undefined {
  return typeof request.originalUrl === 'string' ? request.originalUrl : undefined;
}
