import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { version } from '../../settings/version.ts';
import { openApiDocument } from './document.ts';
import { json, OPEN, type Operation, other } from './operation.ts';
import type { Operations } from './operations.ts';
import { docsPage, STYLE } from './page.ts';

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const DOCS: Operation = {
  operationId: 'docs',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'This document as a web page',
  responses: { 200: other('a page', 'text/html') },
};

const DOCUMENT: Operation = {
  operationId: 'openapi',
  ...{ tags: ['Show'], security: OPEN },
  summary: 'This document',
  responses: { 200: json('OpenAPI 3.1', { type: 'object' }) },
};

/** `GET /openapi.json`, and the same as a page for people: `GET /docs`. Both are made when first asked for. */
export function openApiRoutes(app: FastifyInstance, operations: Operations): void {
  const document = once(() => openApiDocument(version(), operations.paths));
  const page = once(() => docsPage(document()));
  app.get('/docs', { config: { operation: DOCS, bound: 'open' } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .headers({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .send(page()),
  );
  app.get('/openapi.json', { config: { operation: DOCUMENT, bound: 'open' } }, (_request, reply) =>
    reply.header('access-control-allow-origin', '*').header('cache-control', 'no-cache').send(document()),
  );
}

function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
