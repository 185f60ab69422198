import type { FastifyInstance } from 'fastify';
import type { Method, Operation, Paths } from './operation.ts';

const METHODS: readonly string[] = ['get', 'post', 'put', 'delete'] satisfies Method[];

/**
 * The operations of an app, as its routes are registered: a route says what it does in its `config`, and nowhere else.
 *
 * @example
 * const operations = new Operations(app); // before the first route
 * app.get('/healthz', { config: { operation: HEALTHZ } }, () => ({ status: 'ok' }));
 * operations.paths['/healthz']; // { get: HEALTHZ }
 */
export class Operations {
  readonly #paths: Record<string, Partial<Record<Method, Operation>>> = {};

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, url, config }) => {
      if (!config?.operation) return;
      for (const name of [method].flat().map((each) => each.toLowerCase())) {
        // A HEAD route comes with each GET route.
        if (METHODS.includes(name)) this.add(name as Method, config.path ?? pathOf(url), config.operation);
      }
    });
  }

  /** In the order of registration. */
  get paths(): Paths {
    return this.#paths;
  }

  /** Adds an operation that is not a route. */
  add(method: Method, path: string, operation: Operation): void {
    this.#paths[path] = { ...this.#paths[path], [method]: operation };
  }
}

/** `/tokens/:id` in the notation of OpenAPI: `/tokens/{id}`. */
export function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}
