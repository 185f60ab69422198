import type { FastifyInstance } from 'fastify';
import { HitError } from '../errors.ts';
import type { Assets } from './dashboard/assets.ts';
import { sendAsset } from './dashboard/send-asset.ts';
import { OPEN, type Operation, other } from './openapi/operation.ts';

const SCRIPT: Operation = {
  operationId: 'script',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'The script for pages',
  responses: { 200: other('under a kibibyte gzipped', 'text/javascript') },
};

/** `GET /script.js`: the tracking script for pages, from any origin. */
export function scriptRoutes(app: FastifyInstance, assets: Assets): void {
  app.get('/script.js', { config: { operation: SCRIPT, bound: 'open' } }, async (request, reply) => {
    const script = assets.find('script.js');
    if (!script) {
      throw new HitError('not_ready', 'the script is not built: run "npm run build:snippet" in the checkout');
    }
    reply.headers({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    return sendAsset(request, reply, script, 'public, max-age=86400');
  });
}
