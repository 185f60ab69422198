import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { Gauge, Registry } from 'prom-client';
import { HitError } from '../errors.ts';
import type { StreamLoader } from '../stream/loader.ts';
import { createApp } from './app.ts';
import { requireReader } from './auth.ts';
import { counter } from './gauge.ts';
import { requestHistogram, storeHistograms } from './histogram.ts';
import { processMetrics } from './process-metrics.ts';
import { RequestDurations } from './request-durations.ts';

export interface ConsumerContext {
  readonly loader: StreamLoader;
  readonly version: string;
  readonly adminToken: string;
  readonly public: boolean;
}

/** `GET /metrics`, `/healthz` and `/readyz` of a process that writes hits from Kafka to the store. */
export function buildConsumer(context: ConsumerContext, log: FastifyBaseLogger): FastifyInstance {
  const { loader } = context;
  const durations = new RequestDurations();
  const app = createApp(log, { durations });
  const registry = registryOf(context, durations);
  app.get('/metrics', { onRequest: requireReader(context) }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    if (loader.isReading) return { status: 'ready' };
    throw new HitError(
      'not_ready',
      'no partition is assigned: Kafka is unreachable, or other consumers read all of them',
      {
        retryAfter: 10,
      },
    );
  });
  return app;
}

function registryOf({ loader, version }: ConsumerContext, durations: RequestDurations): Registry {
  const registry = new Registry();
  const registers = [registry];
  processMetrics(registry, version);
  requestHistogram(registers, durations);
  storeHistograms(registers, loader.storeDurations);
  new Gauge({
    name: 'hit_tracker_stream_lag_records',
    help: 'Records not yet in the store, in the assigned partitions',
    labelNames: ['partition'],
    registers,
    collect() {
      this.reset();
      for (const [partition, lag] of loader.lags) this.set({ partition }, lag);
    },
  });
  const { counts } = loader;
  counter(registers, 'hit_tracker_stream_hits_loaded_total', 'Hits loaded into the store', () => counts.hits);
  counter(
    registers,
    'hit_tracker_stream_batches_loaded_total',
    'Batches loaded into the store',
    () => counts.batches,
  );
  counter(
    registers,
    'hit_tracker_stream_duplicate_records_total',
    'Duplicate records, which were skipped',
    () => counts.again,
  );
  counter(
    registers,
    'hit_tracker_stream_dead_letters_total',
    'Records that are not hits',
    () => counts.deadLetters,
  );
  counter(
    registers,
    'hit_tracker_stream_missing_hits_total',
    'Missing hits of incomplete batches',
    () => counts.missing,
  );
  return registry;
}
