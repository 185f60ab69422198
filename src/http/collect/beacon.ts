import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError } from '../../errors.ts';
import type { ServerContext } from '../context.ts';
import { collect } from './collect.ts';
import { sendDirect } from './direct.ts';
import { refusals } from './refusal.ts';
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
  const refuse = refusals(context);

  app.get('/hit.gif', { exposeHeadRoute: false, errorHandler: refuse }, (request, reply) => {
    allowAnyOrigin(reply);
    const query = request.query as Record<string, unknown>;
    const report = readReport({ ...query, referrer: query.referrer ?? '' }, request.headers.referer ?? '');
    if (report instanceof HitError) throw report;
    collect(context, request, reply, report, sendGif);
  });

  /** Who asks for the head alone looks at no page. */
  app.head('/hit.gif', (_request, reply) => sendGif(allowAnyOrigin(reply)));

  app.post<{ Body: unknown }>(
    '/hit',
    {
      bodyLimit: BODY_LIMIT,
      errorHandler: (error, request, reply) => refuse(error, request, allowAnyOrigin(reply)),
    },
    (request, reply) => {
      const report = readReport(request.body, request.headers.referer ?? '');
      if (report instanceof HitError) throw report;
      collect(context, request, allowAnyOrigin(reply), report, sendAccepted);
    },
  );

  app.options('/hit', (_request, reply) => {
    allowAnyOrigin(reply)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', '86400')
      .code(204)
      .send();
  });
}

function allowAnyOrigin(reply: FastifyReply): FastifyReply {
  return reply.header('access-control-allow-origin', '*');
}

function sendGif(reply: FastifyReply): void {
  sendDirect(reply, 200, GIF_HEADERS, GIF);
}

function sendAccepted(reply: FastifyReply): void {
  sendDirect(reply, 202, [], '');
}
