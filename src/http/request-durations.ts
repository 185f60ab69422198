/**
 * How long requests take, by route and class of status: from the end of a request's header until the end of its answer is
 * sent. Labels come from the route table, never from a request, so their number is fixed when the routes are.
 *
 * Histograms of a collector thread are in shared memory: the thread counts, and the main thread reads. When a thread ends, its
 * counts are added to those of the main thread, so that they never decrease.
 */
import { cellsOf, Histogram } from '../timing/histogram.ts';

/** Seconds: from a hit that needs no sync to a query that is about to time out. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const CELLS = cellsOf(BOUNDS);
const BYTES = CLASSES.length * CELLS * Float64Array.BYTES_PER_ELEMENT;

/** Label of requests that no route answers. Routes begin with `/`. */
const UNMATCHED = { method: 'any', route: 'unmatched' } as const;

/** The histograms of a route, by class of status. */
export class RouteDurations {
  readonly method: string;
  readonly route: string;
  readonly #classes: readonly Histogram[];

  /** @param memory of another thread's durations of the same route. Default: its own */
  constructor({ method, route }: RouteLabels, memory: ArrayBufferLike = new ArrayBuffer(BYTES)) {
    this.method = method;
    this.route = route;
    this.#classes = CLASSES.map(
      (_, at) =>
        new Histogram(BOUNDS, new Float64Array(memory, at * CELLS * Float64Array.BYTES_PER_ELEMENT, CELLS)),
    );
  }

  /** @param status 100 to 599 */
  observe(status: number, seconds: number): void {
    this.#classes[Math.trunc(status / 100) - 1]!.observe(seconds);
  }

  add(other: RouteDurations): void {
    for (const [at, histogram] of this.#classes.entries()) histogram.add(other.#classes[at]!);
  }

  /** Those that have observations. */
  get observed(): { readonly status: string; readonly histogram: Histogram }[] {
    return this.#classes.flatMap((histogram, at) =>
      histogram.count > 0 ? [{ status: CLASSES[at]!, histogram }] : [],
    );
  }
}

interface RouteLabels {
  readonly method: string;
  readonly route: string;
}

type SharedRoute = RouteLabels & { readonly memory: SharedArrayBuffer };

/** The durations of a thread's routes, for another thread. */
export type SharedDurations = readonly SharedRoute[];

export class RequestDurations {
  /** For requests without a route. */
  readonly unmatched: RouteDurations;
  readonly #routes = new Map<string, RouteDurations>();
  readonly #shared: SharedRoute[] | undefined;
  /** Those of running threads. */
  readonly #threads = new Set<readonly RouteDurations[]>();

  /** @param isShared whether another thread reads them */
  constructor({ isShared }: { readonly isShared: boolean } = { isShared: false }) {
    this.#shared = isShared ? [] : undefined;
    this.unmatched = this.of(UNMATCHED.method, UNMATCHED.route);
  }

  /**
   * The durations of a route, which are new at the first call.
   *
   * @param route of the route table, such as `/api/v1/sites/{site}`
   */
  of(method: string, route: string): RouteDurations {
    const key = `${method} ${route}`;
    const known = this.#routes.get(key);
    if (known) return known;
    const memory = this.#shared && new SharedArrayBuffer(BYTES);
    if (memory) this.#shared!.push({ method, route, memory });
    const durations = new RouteDurations({ method, route }, memory);
    this.#routes.set(key, durations);
    return durations;
  }

  /** What another thread needs to read them. Those of routes that come later are missing. */
  get shared(): SharedDurations {
    return this.#shared ?? [];
  }

  /**
   * Includes the durations of another thread from now on.
   *
   * @returns to be called when that thread has ended
   */
  include(shared: SharedDurations): () => void {
    const durations = shared.map(({ memory, ...labels }) => new RouteDurations(labels, memory));
    this.#threads.add(durations);
    return () => {
      if (!this.#threads.delete(durations)) return;
      for (const each of durations) this.of(each.method, each.route).add(each);
    };
  }

  /** The durations of each route, with those of other threads. */
  get all(): RouteDurations[] {
    const sums = new Map<string, RouteDurations>();
    for (const each of [...this.#routes.values(), ...[...this.#threads].flat()]) {
      const key = `${each.method} ${each.route}`;
      const sum = sums.get(key) ?? new RouteDurations(each);
      sum.add(each);
      sums.set(key, sum);
    }
    return [...sums.values()];
  }
}
