import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import { parameter } from '../../schema/parameter.ts';
import { TEXT } from '../../schema/schema.ts';
import { isSignIn } from '../auth.ts';
import { isSecure } from '../collect/request-facts.ts';
import type { ServerContext } from '../context.ts';
import { OPEN, type Operation, other, queryParameters } from '../openapi/operation.ts';
import type { Assets } from './assets.ts';
import { sendAsset } from './send-asset.ts';

/** Nothing is loaded from elsewhere, only our own files run, and nobody frames the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
/** The URL of the sign-in page may contain the token. */
const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};
const NOT_BUILT = `The dashboard is not built.\n\nRun "npm run build:dashboard" in the checkout and load this page again; a published package has it.\n`;

const DASHBOARD: Operation = {
  operationId: 'dashboard',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'The dashboard',
  parameters: queryParameters({ token: parameter(TEXT, 'signs the browser in with the admin token') }),
  responses: {
    200: other('the page', 'text/html'),
    303: { description: 'to the address without the token' },
  },
};

const OPEN_TO_ALL = { bound: 'open' } as const;

/** `GET /dashboard` and its files. The page itself is open to everybody: it gets its data from the API. */
export function dashboardRoutes(app: FastifyInstance, context: ServerContext, assets: Assets): void {
  const answer = (request: FastifyRequest, reply: FastifyReply) => page(request, reply, context, assets);
  app.get('/dashboard', { config: { operation: DASHBOARD, ...OPEN_TO_ALL } }, answer);
  app.get('/dashboard/', { config: OPEN_TO_ALL }, answer);
  app.get('/dashboard/settings', { config: OPEN_TO_ALL }, answer);
  app.get<{ Params: { file: string } }>(
    '/dashboard/assets/:file',
    { config: OPEN_TO_ALL },
    async (request, reply) => {
      const asset = assets.find(`assets/${request.params.file}`);
      if (!asset) throw new HitError('not_found', 'the page has no such file: reload it');
      // The file name contains a hash of the content.
      return sendAsset(request, reply, asset, 'public, max-age=31536000, immutable');
    },
  );
}

async function page(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServerContext,
  assets: Assets,
): Promise<FastifyReply> {
  const [path = '', query = ''] = request.url.split('?', 2);
  const words = new URLSearchParams(query);
  const token = words.get('token');
  if (token !== null) {
    words.delete('token');
    if (isSignIn(context, request.raw, token))
      reply.header('set-cookie', context.sessions.open(isSecure(request.headers)));
    const rest = words.size > 0 ? `?${words}` : '';
    return reply
      .headers(PAGE_HEADERS)
      .header('cache-control', 'no-store')
      .redirect(path + rest, 303);
  }
  const index = assets.find('index.html');
  if (!index) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
  return sendAsset(request, reply.headers(PAGE_HEADERS), index, 'no-cache');
}
