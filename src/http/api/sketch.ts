import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import { encodeSnapshot, SKETCH_TYPE } from '../../live/snapshot.ts';
import { holderOf, requireReaderOrPeer } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readSite, SITE_PARAMETERS } from '../live-answer.ts';
import { type Operation, other, queryParameters } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';

/** Milliseconds before a state for a reader without a token: to encode one takes up to 40 ms, in which no hit is taken. */
const PAUSE_MS = 250;

const OPERATION: Operation = {
  operationId: 'sketch',
  tags: ['Ask'],
  summary: 'The state of live counts, to be merged with that of other nodes',
  parameters: queryParameters(SITE_PARAMETERS),
  responses: { 200: other('for `hit-tracker merge`', SKETCH_TYPE), ...REFUSED },
};

/** `GET /api/v1/sketch?site=`: the full state of live counts, for merging nodes. */
export function sketchRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get<{ Querystring: { site?: unknown } }>(
    '/api/v1/sketch',
    { onRequest: requireReaderOrPeer(context), config: { operation: OPERATION, bound: 'named' } },
    async (request, reply) => {
      const { admission, live, intake, node, now } = context;
      if (!live) {
        throw new HitError(
          'not_found',
          'no live counts are kept: start the server with --tracker simple,rate',
        );
      }
      const site = readSite(request.query.site);
      const bytes = await admission.run(request, reply, async () => {
        if (holderOf(context, request.raw) === undefined) await sleep(PAUSE_MS);
        const state = await live.state(site);
        return encodeSnapshot({ site, at: now(), node, keys: intake.keyFingerprints(), state });
      });
      return reply.type(SKETCH_TYPE).header('cache-control', 'no-store').send(bytes);
    },
  );
}
