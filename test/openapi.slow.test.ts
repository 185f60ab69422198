/** The OpenAPI document: it is valid, has all routes and no others, and its examples work as documented. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import type { OpenApiDocument } from '../src/http/openapi/document.ts';
import type { Method, Operation } from '../src/http/openapi/operation.ts';
import { curlOf, exampleAddress } from '../src/http/openapi/page.ts';
import { FILTER_PARAMETERS } from '../src/query/filter.ts';
import { type AnyServer, BEARER, TOKEN } from './fixtures/any-server.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';

const server = await sharedServerHere();
const document = JSON.parse((await server.send('/openapi.json')).text) as OpenApiDocument;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method as Method, operation })),
);
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uri: true } });
ajv.addSchema({ $id: 'document', ...document });

/** A schema that also rejects undocumented members, so that everything in an answer is documented. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** The differences between an answer and its schema. */
function assertDescribed(schema: unknown, answer: string): void {
  const isRight = ajv.validate(closed(schema) as AnySchemaObject, JSON.parse(answer));
  assert.ok(isRight, `${ajv.errorsText()}: ${answer.slice(0, 500)}`);
}

/** Routes for browsers and for commands on the same data folder, which are not part of the API. */
const NOT_DOCUMENTED = /^\/(control|favicon\.ico|dashboard\/)/;

/** Paths that the sources register, in the document's notation. */
function registered(): Set<string> {
  const folder = join(import.meta.dirname, '../src/http');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = files.filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'consumer.ts',
  );
  const paths = sources.flatMap((name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    return [...source.matchAll(/\b(?:app|scope)\s*\.(get|post|put|delete)(?:<[^(]*>)?\(\s*'([^']+)'/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
  });
  return new Set(paths.filter((path) => !NOT_DOCUMENTED.test(path.split(' ')[1]!)));
}

/** The document's path in the notation of routes. */
function routeOf(path: string): string {
  return path.replace(/\/\{path\}\.\w+$/, '/*').replaceAll(/\{(\w+)\}/g, ':$1');
}

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    assert.ok(valid, JSON.stringify(errors));
  });

  it('has every route, and no other', () => {
    const documented = new Set(operations.map(({ method, path }) => `${method} ${routeOf(path)}`));
    // The pixel is answered before any route.
    assert.ok(documented.delete('get /hit.gif'));
    assert.deepEqual([...documented].sort(), [...registered()].sort());
  });

  it('has no parameter with the name of a dimension, which is a filter wherever there are filters', () => {
    for (const { path, operation } of operations) {
      const names = (operation.parameters ?? []).map(({ name }) => name);
      if (!names.includes('filter')) continue;
      const taken = names.filter((name) => FILTER_PARAMETERS.includes(name));
      assert.deepEqual(taken, [], path);
    }
  });

  it('names each operation once', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(names).size, names.length);
  });
});

/** What must exist before an example works. */
async function prepared({ operationId }: Operation): Promise<Record<string, string>> {
  if (operationId === 'endSession') {
    await server.post('/api/v1/session', { token: TOKEN });
    const { sessions } = await server.ask<{ sessions: { id: string }[] }>('/api/v1/sessions');
    return { '4f6c1d2e9a0b7c3d': sessions.at(-1)!.id };
  }
  if (operationId === 'removeAlert') {
    const { text } = await server.post('/api/v1/alerts', { alert: 'hits in 1m > 7' }, BEARER);
    return { '4f6c1d2e9a0b': (JSON.parse(text) as { id: string }).id };
  }
  if (operationId !== 'revokeToken') return {};
  const { text } = await server.post('/api/v1/tokens', { name: 'to be revoked', scope: 'read' }, BEARER);
  return { '4f6c1d2e9a0b': (JSON.parse(text) as { id: string }).id };
}

async function send(
  server: AnyServer,
  { method, path, operation }: (typeof operations)[number],
): ReturnType<AnyServer['send']> {
  const { parameters = [], requestBody, security, operationId } = operation;
  const known = await prepared(operation);
  const [place, query] = exampleAddress(path, parameters);
  const address = Object.entries(known).reduce((text, [from, to]) => text.replace(from, to), place + query);
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const example = operationId === 'signIn' ? { token: TOKEN } : content?.example;
  return server.send(address, {
    method: method.toUpperCase(),
    headers: { ...(security ? {} : BEARER), ...(type && { 'content-type': type }) },
    ...(content && { body: JSON.stringify(example) }),
  });
}

describe('an example of the API', { concurrency: false }, () => {
  // Sites must be public before their badges are requested, and hits must exist before they are counted. A site is deleted last.
  const isStream = ({ operation }: (typeof operations)[number]) => operation.operationId === 'liveEvents';
  const placeOf = ({ method, operation }: (typeof operations)[number]) =>
    operation.operationId === 'deleteSite' ? 2 : Number(method === 'get');
  const ordered = operations.toSorted((a, b) => placeOf(a) - placeOf(b));
  for (const each of ordered.filter((one) => !isStream(one))) {
    const { method, path, operation } = each;
    it(`of ${method} ${path} gets the documented answer`, async () => {
      const answer = await send(server, each);
      const expected = operation.responses[answer.status];
      const isFine = answer.status < 300 || (operation.operationId === 'dashboard' && answer.status === 503);
      assert.ok(isFine && (expected || answer.status === 503), `${answer.status}: ${answer.text}`);
      const type = (answer.headers['content-type'] ?? '').split(';')[0]!;
      const content = expected?.content?.[type];
      if (expected?.content) assert.ok(content, `${type} is not described`);
      if (type === 'application/json') {
        assertDescribed(content!.schema, answer.text);
      }
    });
  }

  it('of live count events gets an event every second, with the same fields as a single query', async () => {
    const { path, operation } = operations.find(isStream)!;
    const [place, query] = exampleAddress(path, operation.parameters ?? []);
    const url = `http://127.0.0.1:${server.port}${place}${query}`;
    const answer = await fetch(url, { headers: BEARER, signal: AbortSignal.timeout(20_000) });
    assert.equal(answer.status, 200);
    assert.ok(operation.responses['200']?.content?.[answer.headers.get('content-type')!.split(';')[0]!]);
    const single = document.paths['/api/v1/live']!.get!.responses['200']!.content!['application/json']!;
    let [text, seen] = ['', 0];
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const [, data] = /^event: live\ndata: (.*)$/m.exec(event) ?? [];
        if (data === undefined) continue;
        assertDescribed(single.schema, data);
        seen++;
      }
      if (seen === 2) break;
    }
    assert.equal(seen, 2);
  });

  it('matches its schema', () => {
    for (const { path, operation } of operations) {
      for (const [type, { schema, example }] of Object.values(operation.responses).flatMap(
        ({ content = {} }) => Object.entries(content),
      )) {
        if (type !== 'application/json' || example === undefined) continue;
        assert.ok(ajv.validate(closed(schema) as AnySchemaObject, example), `${path}: ${ajv.errorsText()}`);
      }
    }
  });

  it('is refused without a token if it needs one, with a documented error', async () => {
    for (const each of operations.filter(({ operation }) => !operation.security)) {
      const { status, headers, text } = await send(server, {
        ...each,
        operation: { ...each.operation, security: [] },
      });
      assert.equal(status, 401, each.path);
      assert.match(headers['content-type'] ?? '', /problem\+json/);
      assert.ok(
        ajv.validate({ $ref: 'document#/components/schemas/Problem' }, JSON.parse(text)),
        ajv.errorsText(),
      );
    }
  });
});

describe('the API’s page', () => {
  it('has each operation with a curl command, under a policy that allows no scripts', async () => {
    const { text, headers } = await server.send('/docs');
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
    assert.doesNotMatch(text, /<script|https?:\/\/(?!localhost)(?!news\.example)[\w.-]+\/[^<]*"/);
    for (const { path, method, operation } of operations) {
      assert.ok(text.includes(`id="${operation.operationId}"`), path);
      const line = curlOf(method, path, operation)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;');
      assert.ok(text.includes(line), line);
    }
  });
});
