import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site-name.ts';
import { agesText } from '../../settings/ages.ts';
import { requireControl } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** The answer of `GET /control/retention`. */
export interface ServedRetention {
  /** Ages of hits that purges here use, in the format of `--keep-hits`. */
  readonly hits: readonly string[];
  /** Sites that are kept regardless of age. */
  readonly exceptions: readonly string[];
}

/**
 * `GET /control/retention`: the retention in force here, for an import of old hits on the same data folder.
 * `POST /control/retention?site=…`: keeps these sites from now on. The answer is one line, `{"kept":[…]}`.
 */
export function retentionRoutes(app: FastifyInstance, { retention }: Pick<ServerContext, 'retention'>): void {
  const there = () => {
    if (retention) return retention;
    throw new HitError(
      'not_found',
      'the server on this data folder runs without a database: stop it, or start it with --tracker db',
    );
  };
  app.get('/control/retention', { onRequest: requireControl }, async (): Promise<ServedRetention> => {
    const exceptions = await there().exceptions();
    return { hits: there().hitAges.map(agesText), exceptions: exceptions.map(({ site }) => site) };
  });
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
      payload.resume();
      done(null, undefined);
    });
    control.post<{ Querystring: { readonly site?: string | string[] } }>(
      '/control/retention',
      { onRequest: requireControl },
      async (request, reply) => {
        const sites = [request.query.site ?? []].flat();
        const odd = sites.find((site) => site === '' || siteName(site) !== site);
        if (odd !== undefined) throw new HitError('invalid', `site "${odd}" is not a host name`);
        await there().except(sites);
        return reply.type('application/x-ndjson').send(`${JSON.stringify({ kept: sites })}\n`);
      },
    );
  });
}
