import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import type { ArchiveAddress } from '../../archive/storage.ts';
import { type Diagnosis, examine } from '../../doctor/doctor.ts';
import { requeue } from '../../doctor/quarantine.ts';
import { type Repair, repair } from '../../doctor/repair.ts';
import { HitError } from '../../errors.ts';
import type { QueryParams } from '../../query/params.ts';
import { parameterOr, readParameter } from '../../schema/parameter.ts';
import { BOOLEAN, integer } from '../../schema/schema.ts';
import { requireControl } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** Parameters of an examination, as `hit-tracker doctor` sends them. */
const PARAMETERS = {
  repair: parameterOr(false, BOOLEAN, 'whether to repair first'),
  requeue: parameterOr(false, BOOLEAN, 'whether to deliver batches again that are set aside'),
  spool_max: parameterOr(2 ** 30, integer(0, Number.MAX_SAFE_INTEGER), 'limit of the spool, in bytes'),
};

type Context = Pick<ServerContext, 'db' | 'live' | 'archives' | 'dataDir'>;

/**
 * `POST /control/doctor`: examines the data folder for a command on it, optionally after a repair. The answer is one
 * line, `{"report":…}`.
 */
export function doctorRoutes(app: FastifyInstance, context: Context): void {
  const underWay = new Set<Promise<unknown>>();
  // The store stays open until the last examination is done.
  app.addHook('onClose', async () => {
    await Promise.allSettled(underWay);
  });
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
      done(null, payload),
    );
    control.post<{ Querystring: QueryParams; Body: IncomingMessage }>(
      '/control/doctor',
      { onRequest: requireControl },
      async (request, reply) => {
        const { archive } = JSON.parse(await text(request.body)) as { archive?: ArchiveAddress };
        const work = report(context, request.query, archive);
        underWay.add(work);
        const found = await work.finally(() => underWay.delete(work));
        return reply.type('application/x-ndjson').send(`${JSON.stringify({ report: found })}\n`);
      },
    );
  });
}

async function report(
  { db, live, archives, dataDir }: Context,
  query: QueryParams,
  archive: ArchiveAddress | undefined,
): Promise<Diagnosis & { readonly repairs: readonly Repair[] }> {
  if (!db || !archives) {
    throw new HitError('not_found', 'the server on this data folder runs without a database');
  }
  const { store, spool, rollups } = db;
  const spoolMax = readParameter('spool_max', PARAMETERS.spool_max, query.spool_max);
  const requeued = readParameter('requeue', PARAMETERS.requeue, query.requeue)
    ? await requeue(spool, (hit) => live?.countLate(hit))
    : [];
  const repaired = readParameter('repair', PARAMETERS.repair, query.repair)
    ? await repair({ store, spool, rollups, archives, archive, dataDir })
    : [];
  await using engine = store.dedicatedConnection();
  const diagnosis = await examine({
    ...{ engine, dataDir, isEmbedded: !store.isShared, spoolMax },
    running: { live: live?.comparison, spool },
  });
  return { ...diagnosis, repairs: [...requeued, ...repaired] };
}
