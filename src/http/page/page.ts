import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isAdminToken, sessionCookie } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { encodingFor, type PageFile, readPageFiles } from './files.ts';

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
const SAFE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const NOT_BUILT = 'The dashboard is not built. Run: npm run build:dashboard\n';

interface Query extends Readonly<Record<string, string | string[]>> {}

/**
 * `GET /dashboard`, its settings and its files. With `?token=` of the printed link it signs a browser in, and sends it on
 * to the same address without the token, so that neither history nor a `Referer` has it.
 */
export function pageRoutes(app: FastifyInstance, context: Pick<ServerContext, 'adminToken' | 'now'>): void {
  const files = readPageFiles();
  const index = (request: FastifyRequest<{ Querystring: Query }>, reply: FastifyReply) => {
    const { token, ...words } = request.query;
    if (token !== undefined) {
      if (isAdminToken(token, context)) reply.header('set-cookie', sessionCookie(request, context));
      const query = new URLSearchParams(
        Object.entries(words).flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
      ).toString();
      return reply
        .headers({ ...SAFE_HEADERS, 'cache-control': 'no-store' })
        .redirect(query === '' ? '/dashboard' : `/dashboard?${query}`, 303);
    }
    const file = files.get('index.html');
    if (file) return send(file, request, reply, 'no-cache');
    return reply.code(503).headers(SAFE_HEADERS).type('text/plain').send(NOT_BUILT);
  };
  for (const path of ['/dashboard', '/dashboard/', '/dashboard/settings']) app.get(path, index);
  app.get<{ Params: { '*': string } }>('/dashboard/assets/*', (request, reply) => {
    const file = files.get(`assets/${request.params['*']}`);
    if (!file) return reply.callNotFound();
    return send(file, request, reply, 'public, max-age=31536000, immutable');
  });
}

function send(
  { type, etag, bodies }: PageFile,
  request: FastifyRequest,
  reply: FastifyReply,
  caching: string,
): FastifyReply {
  reply.headers({ ...SAFE_HEADERS, etag, 'cache-control': caching, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const encoding = encodingFor(String(request.headers['accept-encoding'] ?? ''));
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(type).send(bodies[encoding]);
}
