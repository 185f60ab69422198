import type { FastifyInstance } from 'fastify';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** How long something is kept, such as `400d` or `forever`: of all sites where `site` is null. */
export interface KeptAge {
  readonly site: string | null;
  readonly age: string;
}

/** How a server is set, as far as that is no secret. */
export interface ServerSettings {
  readonly version: string;
  readonly trackers: readonly string[];
  readonly store: 'embedded' | 'clickhouse';
  readonly identity: string;
  readonly durability: string;
  readonly trust_proxy: string;
  readonly rate_limit: string;
  readonly retention: { readonly hits: readonly KeptAge[]; readonly rollups: readonly KeptAge[] };
  readonly live: 'memory' | 'redis' | null;
  readonly peers: number;
  /** Bytes. */
  readonly spool_max: number;
}

/** `GET /api/v1/settings`: how the server is set, and how it is. */
export function settingsRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'adminToken' | 'now' | 'settings' | 'saltDays' | 'spool' | 'drops'>,
): void {
  const { settings, spool, drops } = context;
  app.get('/api/v1/settings', { onRequest: requireToken(context) }, async () => {
    const { spool_max: max, ...rest } = settings;
    const ready = await app.inject('/readyz');
    return {
      ...rest,
      salts: context.saltDays().map((day) => ({ day })),
      spool: spool ? { bytes: spool.bytes, max } : null,
      ready: ready.statusCode === 200 ? ready.json() : { status: 'not ready', detail: ready.json().detail },
      uptime_seconds: Math.round((context.now() - drops.since) / 1000),
    };
  });
}
