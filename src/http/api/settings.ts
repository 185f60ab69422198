import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { SALT_ORIGINS } from '../../folder/salt-agreement.ts';
import { KeyedHash } from '../../hit/hash.ts';
import { fingerprintOf } from '../../hit/key-fingerprints.ts';
import {
  COUNT,
  choice,
  described,
  either,
  list,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
} from '../../schema/schema.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { json, type Operation } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';
import { READINESS, stateOf } from '../ready.ts';
import { RETENTION, SHOWN_SETTINGS } from '../served-settings.ts';

const EXCEPTIONS = described(
  nullable(list(object({ site: TEXT, since: TIME }))),
  'sites exempt from purges by `import --keep`; null while the store does not answer',
);

const SETTINGS = object({
  ...SHOWN_SETTINGS,
  retention: object({ ...RETENTION, exceptions: EXCEPTIONS }),
  salts: list(object({ day: TEXT, origin: choice(SALT_ORIGINS), fingerprint: TEXT })),
  spool: nullable(object({ bytes: COUNT, max: COUNT })),
  ready: either(
    READINESS,
    described(object({ status: TEXT, detail: TEXT }), 'not ready: the code and the detail of the problem'),
  ),
  uptime_seconds: COUNT,
});

/** The answer of `GET /api/v1/settings`. */
export type SettingsAnswer = Static<typeof SETTINGS>;

const OPERATION: Operation = {
  operationId: 'settings',
  tags: ['Administer'],
  summary: 'Configuration and state of the server',
  responses: { 200: json('contains no secrets', SETTINGS), ...NO_TOKEN },
};

/** `GET /api/v1/settings`: settings and health of the server, for an administrator. It reveals no secret. */
export function settingsRoutes(app: FastifyInstance, context: ServerContext): void {
  const started = context.now();
  const options = { onRequest: requireToken(context), config: { operation: OPERATION } };
  app.get<{ Reply: SettingsAnswer }>('/api/v1/settings', options, async () => {
    const { spool_max: max, ...settings } = context.settings;
    return {
      ...settings,
      retention: { ...settings.retention, exceptions: await exceptionsOf(context) },
      // Days whose visitors can still be recognised: not the salts, but a fingerprint of each, to compare nodes.
      salts: saltsOf(context),
      spool: context.spool ? { bytes: context.spool.bytes, max } : null,
      ready: await healthOf(context),
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
    ...{ day, origin: origins[day]!, fingerprint: fingerprintOf(new KeyedHash(salt)) },
  }));
}

async function healthOf(context: ServerContext) {
  const { readiness, refusal } = await stateOf(context, true);
  return refusal === undefined ? readiness : { status: 'not_ready', detail: refusal };
}
