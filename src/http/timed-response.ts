import { type IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { pathOf } from './openapi/operations.ts';
import type { RequestDurations, RouteDurations } from './request-durations.ts';

/** A response that counts how long its request took. */
export class TimedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Where it counts; undefined: nowhere, for what another thread answers. */
  durations: RouteDurations | undefined;
  readonly #began = performance.now();

  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    // Before the answer is sent: a client that has it finds it counted, even if this thread dies.
    this.durations?.observe(this.statusCode, (performance.now() - this.#began) / 1000);
    this.durations = undefined;
    return super.end(chunk, encoding as BufferEncoding, done as () => void);
  }
}

/**
 * Lets responses of an app's routes count their durations.
 *
 * To be called before the first route.
 */
export function timeRoutes(app: FastifyInstance, durations: RequestDurations): void {
  app.addHook('onRoute', (route) => {
    // The first one, if a route has several methods.
    const [method = ''] = [route.method].flat();
    const own = durations.of(method, route.config?.path ?? pathOf(route.url));
    route.onRequest = [
      (_request: unknown, { raw }: { raw: ServerResponse }, done: () => void) => {
        if (raw instanceof TimedResponse) raw.durations = own;
        done();
      },
      route.onRequest ?? [],
    ].flat();
  });
}
