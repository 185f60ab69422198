import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { readStorage, STORAGE } from '../../store/storage.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { json, type Operation } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';

const OPERATION: Operation = {
  operationId: 'storage',
  tags: ['Ask'],
  summary: 'Disk usage of hits',
  description: 'Requires the admin token.',
  responses: { 200: json('measured', STORAGE), ...NO_TOKEN },
};

/** `GET /api/v1/storage`: disk usage of the store and the spool. */
export function storageRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'db' | 'adminToken' | 'now'>,
): void {
  const options = { onRequest: requireToken(context), config: { operation: OPERATION } };
  app.get('/api/v1/storage', options, () => {
    const { db } = context;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    return readStorage(db.store, db.spool.bytes);
  });
}
