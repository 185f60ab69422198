import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/**
 * Gauges whose names say that they are counters, which Prometheus' own check of names refuses. The same numbers are in
 * `nodejs_active_resources`, `nodejs_active_handles` and `nodejs_active_requests`, by type.
 */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** Adds what every process of this program has: its version, and the metrics of Node and the system. */
export function processMetrics(registry: Registry, version: string): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  new Gauge({
    name: 'hit_tracker_build_info',
    help: 'Always 1; the version is a label',
    labelNames: ['version'],
    registers: [registry],
    collect() {
      this.set({ version }, 1);
    },
  });
}
