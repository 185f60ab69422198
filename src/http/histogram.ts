import { Histogram as PromHistogram, type Registry } from 'prom-client';
import type { StoreDurations } from '../store/store-durations.ts';
import type { Histogram } from '../timing/histogram.ts';
import type { OperationDurations } from '../timing/operation-durations.ts';
import type { RequestDurations } from './request-durations.ts';

type Series = readonly { readonly labels: Record<string, string>; readonly histogram: Histogram }[];
/** As Prometheus' text format has them. */
type Values = Awaited<ReturnType<PromHistogram['get']>>;

/** Adds a histogram of requests by route and class of status. Routes without requests are omitted. */
export function requestHistogram(registers: Registry[], durations: RequestDurations): void {
  addHistogram(
    registers,
    'hit_tracker_http_request_duration_seconds',
    'Time from the header of a request to its answer, by route and class of status',
    () =>
      durations.all.flatMap(({ method, route, observed }) =>
        observed.map(({ status, histogram }) => ({ labels: { method, route, status }, histogram })),
      ),
  );
}

/** Adds histograms of a store's queries and inserts. */
export function storeHistograms(registers: Registry[], { queries, inserts }: StoreDurations): void {
  operationHistogram(
    registers,
    'hit_tracker_query_duration_seconds',
    'Duration of queries of the store, with their wait for a connection',
    queries,
  );
  operationHistogram(
    registers,
    'hit_tracker_insert_duration_seconds',
    'Duration of inserts of batches into the store, with their verification',
    inserts,
  );
}

/** Adds a histogram of operations by their result. */
export function operationHistogram(
  registers: Registry[],
  name: string,
  help: string,
  { success, failure }: OperationDurations,
): void {
  addHistogram(registers, name, help, () => [
    { labels: { result: 'success' }, histogram: success },
    { labels: { result: 'failure' }, histogram: failure },
  ]);
}

function addHistogram(registers: Registry[], name: string, help: string, series: () => Series): void {
  const metric = new ReadHistogram(name, help, series);
  for (const registry of registers) registry.registerMetric(metric);
}

/**
 * A histogram that is kept elsewhere, and read at each scrape. Those of the library allocate several objects for each
 * observation, so only its registry and its text format are used.
 */
class ReadHistogram extends PromHistogram {
  readonly #name: string;
  readonly #series: () => Series;
  /** Without observations. */
  readonly #empty: PromHistogram;

  constructor(name: string, help: string, series: () => Series) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#series = series;
    this.#empty = new PromHistogram({ name, help, registers: [] });
  }

  override async get(): Promise<Values> {
    return {
      ...(await this.#empty.get()),
      values: this.#series().flatMap((each) => valuesOf(this.#name, each)),
    };
  }

  /** Called by the registry instead of `get`. */
  getForPromString(): Promise<Values> {
    return this.get();
  }
}

/** The values of a histogram. Buckets are cumulative in the text format. */
function valuesOf(name: string, { labels, histogram }: Series[number]): Values['values'] {
  const { buckets, bounds, sum } = histogram;
  let count = 0;
  const cumulative = buckets.map((observations, at) => {
    count += observations;
    const le = at < bounds.length ? String(bounds[at]) : '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
