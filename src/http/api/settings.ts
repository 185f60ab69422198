import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { KeyedHash } from '../../hit/hash.ts';
import { fingerprintOf } from '../../hit/key-fingerprints.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readinessOf } from '../ready.ts';

/** `GET /api/v1/settings`: settings and health of the server, for an administrator. It reveals no secret. */
export function settingsRoutes(app: FastifyInstance, context: ServerContext): void {
  const started = context.now();
  app.get('/api/v1/settings', { onRequest: requireToken(context) }, async () => {
    const { spool_max: max, ...settings } = context.settings;
    return {
      ...settings,
      retention: { ...settings.retention, exceptions: await exceptionsOf(context) },
      // Days whose visitors can still be recognised: not the salts, but a fingerprint of each, to compare nodes.
      salts: saltsOf(context),
      spool: context.spool ? { bytes: context.spool.bytes, max } : null,
      ready: healthOf(context),
      uptime_seconds: Math.floor((context.now() - started) / 1000),
    };
  });
}

/** Sites that are exempt from purges, and since when; null while the store is unavailable. */
async function exceptionsOf({ retention }: ServerContext) {
  try {
    const exceptions = (await retention?.exceptions()) ?? [];
    return exceptions.map(({ site, since }) => ({ site, since: new Date(since).toISOString() }));
  } catch (error) {
    if (!(error instanceof HitError)) throw error;
    return null;
  }
}

function saltsOf({ salts, saltHealth }: ServerContext) {
  const { salts: origins } = saltHealth();
  return Object.entries(salts.kept).map(([day, salt]) => ({
    ...{ day, origin: origins[day], fingerprint: fingerprintOf(new KeyedHash(salt)) },
  }));
}

function healthOf(context: ServerContext) {
  try {
    return readinessOf(context);
  } catch (error) {
    if (!(error instanceof HitError)) throw error;
    return { status: error.code, detail: error.message };
  }
}
