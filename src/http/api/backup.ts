import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { backUp } from '../../store/backup.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireControl } from '../auth.ts';

/** Dependencies of the route. */
export interface BackupContext {
  readonly db: DBTracker | undefined;
  readonly dataDir: string;
}

/**
 * `POST /control/backup?to=`: copies the data folder for a command on it. The answer is one line,
 * `{"backup":…}`. The copy stops if the client disconnects or the server closes.
 */
export function backupRoutes(app: FastifyInstance, { db, dataDir }: BackupContext): void {
  const ending = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  app.addHook('onClose', async () => {
    ending.abort();
    await Promise.allSettled(underWay);
  });
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
      payload.resume();
      done(null, undefined);
    });
    control.post<{ Querystring: { to?: string } }>(
      '/control/backup',
      { onRequest: requireControl },
      async (request, reply) => {
        if (!db) throw new HitError('not_found', 'the server on this data folder runs without a database');
        const { to } = request.query;
        if (!to) throw new HitError('invalid', 'to is missing: the folder of the copy');
        const disconnected = new AbortController();
        reply.raw.once('close', () => disconnected.abort());
        const signal = AbortSignal.any([disconnected.signal, ending.signal]);
        const { store, spool } = db;
        const work = backUp({ store, spool, dataDir }, to, signal);
        underWay.add(work);
        const backup = await work.finally(() => underWay.delete(work));
        return reply.type('application/x-ndjson').send(`${JSON.stringify({ backup })}\n`);
      },
    );
  });
}
