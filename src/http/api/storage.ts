import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { measureStorage } from '../../store/storage.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** `GET /api/v1/storage`: disk usage of the store and the spool. */
export function storageRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'db' | 'adminToken' | 'now'>,
): void {
  app.get('/api/v1/storage', { onRequest: requireToken(context) }, () => {
    const { db } = context;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    return measureStorage(db.store, db.spool.bytes);
  });
}
