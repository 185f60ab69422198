import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import type { CollectContext } from '../context.ts';
import { body, OPEN, type Operation, problem } from '../openapi/operation.ts';
import { collect } from './collect.ts';
import { PIXEL_PATH, sendGif } from './pixel.ts';
import { RawResponse } from './raw-response.ts';
import { refusals } from './refusal.ts';
import { DROPPED, REPORT, readReport } from './report.ts';

/** The report of a page is small. */
const BODY_LIMIT = 64 * 1024;
const ANY_ORIGIN = ['access-control-allow-origin', '*'] as const;

const COUNT_BY_BEACON: Operation = {
  operationId: 'countByBeacon',
  ...{ tags: ['Collect'], security: OPEN },
  summary: 'Count a page view or an event of a page',
  description: `From any origin, as \`application/json\` or as \`text/plain\`, as \`sendBeacon\` sends it. ${DROPPED}`,
  requestBody: body(REPORT, {
    ...{ site: 'example.com', path: '/pricing', name: 'signup', props: { plan: 'team' } },
  }),
  responses: {
    202: { description: 'durable' },
    400: problem('an invalid hit'),
    413: problem('more than 64 KiB'),
    415: problem('an unsupported content type'),
    429: problem('too many hits from this address: see `Retry-After`'),
    503: problem('the hit cannot be made durable now, and is not counted'),
  },
};

/** `POST /hit`, beside `GET /hit.gif`: reports of pages about themselves, from any origin. */
export function beaconRoutes(app: FastifyInstance, context: CollectContext): void {
  const refuse = refusals(context);

  /** A HEAD request is not a page view. `Pixel` serves the pixel itself. */
  app.head(PIXEL_PATH, { config: { bound: 'open' } }, (request, reply) =>
    sendGif(rawResponseOf(request, reply)),
  );

  app.post<{ Body: unknown }>(
    '/hit',
    {
      bodyLimit: BODY_LIMIT,
      config: { operation: COUNT_BY_BEACON, bound: 'open' },
      errorHandler: (error, request, reply) => refuse(error, request, allowAnyOrigin(reply)),
    },
    (request, reply) => {
      const report = readReport(request.body, request.headers.referer ?? '', true);
      if (report instanceof HitError) throw report;
      collect(context, rawResponseOf(request, reply), report, sendAccepted);
    },
  );

  app.options('/hit', { config: { bound: 'open' } }, (_request, reply) => {
    allowAnyOrigin(reply)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', '86400')
      .code(204)
      .send();
  });
}

function allowAnyOrigin(reply: FastifyReply): FastifyReply {
  return reply.header(...ANY_ORIGIN);
}

/** Takes the answer away from Fastify. */
function rawResponseOf(request: FastifyRequest, reply: FastifyReply): RawResponse {
  reply.hijack();
  return new RawResponse(request.raw, reply.raw).header(...ANY_ORIGIN);
}

function sendAccepted(response: RawResponse): void {
  response.send(202, [], '');
}
