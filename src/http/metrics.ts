import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry } from 'prom-client';
import type { StoreGuard } from '../clickhouse/parts/guard.ts';
import { HitError } from '../errors.ts';
import { choice, object } from '../schema/schema.ts';
import { maySeeDetails, requireReader } from './auth.ts';
import type { ServerContext } from './context.ts';
import { counter, gauge } from './gauge.ts';
import { requestHistogram, storeHistograms } from './histogram.ts';
import { json, OPEN, type Operation, other, problem } from './openapi/operation.ts';
import type { Peers } from './peers/peers.ts';
import { sendProblem } from './problem.ts';
import { processMetrics } from './process-metrics.ts';
import { READINESS, stateOf } from './ready.ts';
import { spoolMetrics } from './spool-metrics.ts';

/** Seconds after which a balancer may ask again. */
const RETRY_AFTER = 5;

const METRICS: Operation = {
  operationId: 'metrics',
  tags: ['Watch'],
  summary: 'Counters and gauges for Prometheus',
  responses: {
    200: other('in the text format of Prometheus', 'text/plain'),
    401: problem('no token for reading'),
    403: problem('a token that is bound to sites'),
  },
};

const HEALTHZ: Operation = {
  operationId: 'healthz',
  ...{ tags: ['Watch'], security: OPEN },
  summary: 'Whether the process is alive',
  responses: { 200: json('it is', object({ status: choice(['ok']) }), { status: 'ok' }) },
};

const READYZ: Operation = {
  operationId: 'readyz',
  ...{ tags: ['Watch'], security: OPEN },
  summary: 'Whether it is ready',
  responses: {
    200: json('ready; `degraded`: `problems` need attention but do not stop it', READINESS, {
      ...{ status: 'ready', backlog: 0, salts: { '2026-11-24': 'own' } },
      components: { spool: 'up', store: 'up', rollups: 'up' },
    }),
    503: problem('a hit would be refused now: also with `components`, `problems` and `backlog`'),
  },
};

/** `GET /metrics` for Prometheus, `/healthz` (the process lives) and `/readyz` (it accepts hits, and which parts work). */
export function metricsRoutes(app: FastifyInstance, context: ServerContext): void {
  const registry = registryOf(context);
  const options = { onRequest: requireReader(context), config: { operation: METRICS } };
  app.get('/metrics', options, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get('/healthz', { config: { operation: HEALTHZ, bound: 'open' } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { config: { operation: READYZ, bound: 'open' } }, async (request, reply) => {
    const { readiness, refusal } = await stateOf(context, maySeeDetails(context, request.raw));
    if (refusal === undefined) return readiness;
    const fault = new HitError('not_ready', refusal, { retryAfter: RETRY_AFTER });
    const { status: _, ...rest } = readiness;
    return sendProblem(reply, fault, { extension: rest });
  });
}

/** All values are read at each scrape: recording a hit costs nothing extra. */
function registryOf(context: ServerContext): Registry {
  const registry = new Registry();
  const registers = [registry];
  processMetrics(registry, context.settings.version);
  requestHistogram(registers, context.durations);
  new Counter({
    name: 'hit_tracker_hits_dropped_total',
    help: 'Hits dropped since the start, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const { reason, hits } of context.drops.entries()) this.inc({ reason }, hits);
    },
  });
  componentMetrics(registers, context);
  if (context.live) {
    const { live } = context;
    // One unknown value must not fail the whole scrape.
    const unknown = { total: { hits: Number.NaN, visitors: Number.NaN } };
    const total = async () => (await live.read(undefined, []).catch(() => unknown)).total;
    gauge(registers, 'hit_tracker_hits', 'Hits of all sites, all time', async () => (await total()).hits);
    gauge(
      registers,
      'hit_tracker_visitors',
      'Visitors of all sites, all time',
      async () => (await total()).visitors,
    );
    live.addMetrics(registers);
  }
  const { spool, publisher } = context;
  if (spool) {
    spoolMetrics(registers, spool, context.settings.spool_max);
  }
  gauge(
    registers,
    'hit_tracker_salt_problems',
    'Problems with shared salts, as listed by /readyz',
    () => context.saltHealth().problems.length,
  );
  counter(
    registers,
    'hit_tracker_wrong_tokens_total',
    'Requests with a wrong token since the start',
    () => context.guard.wrong,
  );
  if (context.db) {
    const { guard, durations } = context.db.store;
    storeMetrics(registers, guard);
    storeHistograms(registers, durations);
    const help =
      'Queries of readers without a token that were refused since the start, since too many waited';
    counter(registers, 'hit_tracker_anonymous_queries_refused_total', help, () => context.admission.refused);
  }
  if (context.peers) peerMetrics(registers, context.peers);
  if (publisher) {
    const help = 'Records that Kafka acknowledged since the start';
    counter(registers, 'hit_tracker_stream_records_published_total', help, () => publisher.published);
  }
  return registry;
}

function componentMetrics(registers: Registry[], { components }: ServerContext): void {
  new Gauge({
    name: 'hit_tracker_component_up',
    help: 'Whether a part of the server works, as /readyz says; hits are refused while the spool does not',
    labelNames: ['component'],
    registers,
    async collect() {
      this.reset();
      for (const [component, fault] of await components.states())
        this.set({ component }, fault === undefined ? 1 : 0);
    },
  });
}

function storeMetrics(registers: Registry[], guard: StoreGuard): void {
  const { health, parts, space } = guard;
  new Gauge({
    name: 'hit_tracker_store_problem',
    help: 'Whether something is wrong with the store, by code',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const { code } of health.problems) this.set({ code }, 1);
    },
  });
  const broken = 'Broken parts, whose rows are missing in answers';
  gauge(registers, 'hit_tracker_store_broken_parts', broken, () => parts.broken);
  const missing = 'Hits that the store should have according to the ledger, but does not';
  gauge(registers, 'hit_tracker_store_missing_hits', missing, () => guard.missing);
  if (!space) return;
  const free = 'Free bytes on the disk of the embedded store';
  gauge(registers, 'hit_tracker_store_free_bytes', free, () => space.free().catch(() => Number.NaN));
}

function peerMetrics(registers: Registry[], peers: Peers): void {
  new Gauge({
    name: 'hit_tracker_peer_up',
    help: 'Whether a peer answered the last query for its sketches',
    labelNames: ['peer'],
    registers,
    collect() {
      this.reset();
      for (const [peer, isUp] of peers.isUp) this.set({ peer }, isUp ? 1 : 0);
    },
  });
}
