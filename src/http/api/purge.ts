import type { FastifyInstance } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import type { QueryParams } from '../../query/params.ts';
import { type RetentionPolicy, retentionPolicy } from '../../retention/policy.ts';
import type { RetentionJob } from '../../retention/retention-job.ts';
import { parameter, parameterOr, readParameter } from '../../schema/parameter.ts';
import { BOOLEAN, TEXT } from '../../schema/schema.ts';
import { readAges } from '../../settings/ages.ts';
import { KEEP_HITS, KEEP_ROLLUPS, KEEP_VISITS } from '../../settings/purge.ts';
import { requireControl } from '../auth.ts';

/** Parameters of a purge, as `hit-tracker purge` sends them. */
const PARAMETERS = {
  keep_hits: parameter(TEXT, 'ages in the format of --keep-hits'),
  keep_rollups: parameter(TEXT, 'ages in the format of --keep-rollups'),
  keep_visits: parameter(TEXT, 'ages in the format of --keep-visits'),
  dry_run: parameterOr(false, BOOLEAN, 'a dry run'),
};

/**
 * `POST /control/purge`: purges for a command on the same data folder, by the server's policy or the command's own.
 * The answer is one line, `{"purged":…}`.
 *
 * @param context `retentionJob`: undefined without a database
 */
export function purgeRoutes(
  app: FastifyInstance,
  { retentionJob }: { retentionJob: RetentionJob | undefined },
): void {
  const ending = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  // The store stays open until the last purge is done.
  app.addHook('onClose', async () => {
    ending.abort();
    await Promise.allSettled(underWay);
  });
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
      payload.resume();
      done(null, undefined);
    });
    control.post<{ Querystring: QueryParams }>(
      '/control/purge',
      { onRequest: requireControl },
      async (request, reply) => {
        if (!retentionJob)
          throw new HitError('not_found', 'the server on this data folder runs without a database');
        const work = retentionJob.run({
          policy: policyOf(request.query),
          dryRun: readParameter('dry_run', PARAMETERS.dry_run, request.query.dry_run),
          signal: ending.signal,
        });
        underWay.add(work);
        const purged = await work.finally(() => underWay.delete(work));
        return reply.type('application/x-ndjson').send(`${JSON.stringify({ purged })}\n`);
      },
    );
  });
}

/** The policy of the command; the server's own applies to the rest. */
function policyOf(query: QueryParams): Partial<RetentionPolicy> {
  const keep_hits = readParameter('keep_hits', PARAMETERS.keep_hits, query.keep_hits);
  const keep_rollups = readParameter('keep_rollups', PARAMETERS.keep_rollups, query.keep_rollups);
  const keep_visits = readParameter('keep_visits', PARAMETERS.keep_visits, query.keep_visits);
  const read = (text: string | undefined, usual: string, flag: string) =>
    readAges(usual)(text ?? usual, flag);
  try {
    const policy = retentionPolicy(
      read(keep_hits, KEEP_HITS, '--keep-hits'),
      read(keep_rollups, KEEP_ROLLUPS, '--keep-rollups'),
      read(keep_visits, KEEP_VISITS, '--keep-visits'),
    );
    return {
      ...(keep_hits !== undefined && { hits: policy.hits }),
      ...(keep_rollups !== undefined && { rollups: policy.rollups }),
      ...(keep_visits !== undefined && { visits: policy.visits }),
    };
  } catch (error) {
    throw new HitError('invalid', messageOf(error), { cause: error });
  }
}
