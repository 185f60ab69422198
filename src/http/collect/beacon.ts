import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import type { ServerContext } from '../context.ts';
import { collect } from './collect.ts';
import { sendDirect } from './direct.ts';
import { readReport } from './report.ts';

/** The smallest transparent GIF, one byte a character. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64').toString(
  'latin1',
);
const GIF_HEADERS = ['content-type', 'image/gif', 'cache-control', 'no-store'];
/** A page's own report is small. */
const BODY_LIMIT = 64 * 1024;

/** `GET /hit.gif` and `POST /hit`: what pages send of themselves, from any origin. */
export function beaconRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/hit.gif', { exposeHeadRoute: false }, (request, reply) => {
    reply.header('access-control-allow-origin', '*');
    const query = request.query as Record<string, unknown>;
    const report = readReport({ ...query, referrer: query.referrer ?? '' }, request.headers.referer ?? '');
    if (report instanceof HitError) return refuse(context, reply, report);
    collect(context, request, reply, report, sendGif);
  });

  app.post('/hit', { bodyLimit: BODY_LIMIT }, (request: FastifyRequest<{ Body: unknown }>, reply) => {
    reply.header('access-control-allow-origin', '*');
    const report = readReport(request.body, request.headers.referer ?? '');
    if (report instanceof HitError) return refuse(context, reply, report);
    collect(context, request, reply, report, sendAccepted);
  });

  app.options('/hit', (_request, reply) => {
    reply
      .header('access-control-allow-origin', '*')
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', '86400')
      .code(204)
      .send();
  });
}

function sendGif(reply: FastifyReply): void {
  sendDirect(reply, 200, GIF_HEADERS, GIF);
}

function sendAccepted(reply: FastifyReply): void {
  sendDirect(reply, 202, [], '');
}

/** A report that says nothing usable is dropped, and counted as that. */
function refuse(context: ServerContext, reply: FastifyReply, error: HitError): never {
  context.drops.count('invalid');
  reply.header('x-hit-dropped', 'invalid');
  throw error;
}
