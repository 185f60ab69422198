import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { version } from '../../settings/version.ts';
import { openApiDocument } from './document.ts';
import { docsPage, STYLE } from './page.ts';

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `GET /openapi.json`, and the same as a page for people: `GET /docs`. */
export function openApiRoutes(app: FastifyInstance): void {
  const document = openApiDocument(version());
  const page = docsPage(document);
  app.get('/openapi.json', (_request, reply) =>
    reply.header('access-control-allow-origin', '*').header('cache-control', 'no-cache').send(document),
  );
  app.get('/docs', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .headers({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .send(page),
  );
}
