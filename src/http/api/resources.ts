import type { FastifyInstance, RouteShorthandOptionsWithHandler } from 'fastify';
import { HitError } from '../../errors.ts';
import { KINDS, type KindName, type ValueOf } from '../../query/resources/kinds.ts';
import { list, object, type Schema } from '../../schema/schema.ts';
import { requireReader, requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readSite } from '../live-answer.ts';
import { body, empty, json, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN, REFUSED } from '../openapi/refused.ts';

/** What a kind is called, in the document of the API. */
interface Words {
  /** In the names of operations. */
  readonly one: string;
  /** In sentences. */
  readonly some: string;
  readonly summary: string;
}

const WORDS: Readonly<Record<KindName, Words>> = {
  goals: { one: 'Goal', some: 'a goal', summary: 'Goals of a site' },
  segments: { one: 'Segment', some: 'a segment', summary: 'Segments of a site: named filters' },
  funnels: { one: 'Funnel', some: 'a funnel', summary: 'Funnels of a site: sequences of steps' },
  annotations: { one: 'Annotation', some: 'an annotation', summary: 'Annotations of a site: notes on days' },
};

const SITE = pathParameter('site', 'host name', 'example.com');

type Route = RouteShorthandOptionsWithHandler;
interface Place {
  readonly site: string;
  readonly name: string;
}

/**
 * `/api/v1/sites/{site}/goals`, and the same for segments, funnels and annotations: `GET` for readers; `POST`, `PUT` and
 * `DELETE` for administrators.
 */
export function resourceRoutes(app: FastifyInstance, context: ServerContext): void {
  // Written out, not in a loop: test/openapi.slow.test.ts looks for each route in the source.
  const goals = routesOf(context, 'goals');
  app.get('/api/v1/sites/:site/goals', goals.list);
  app.post('/api/v1/sites/:site/goals', goals.create);
  app.put('/api/v1/sites/:site/goals/:name', goals.replace);
  app.delete('/api/v1/sites/:site/goals/:name', goals.remove);
  const segments = routesOf(context, 'segments');
  app.get('/api/v1/sites/:site/segments', segments.list);
  app.post('/api/v1/sites/:site/segments', segments.create);
  app.put('/api/v1/sites/:site/segments/:name', segments.replace);
  app.delete('/api/v1/sites/:site/segments/:name', segments.remove);
  const funnels = routesOf(context, 'funnels');
  app.get('/api/v1/sites/:site/funnels', funnels.list);
  app.post('/api/v1/sites/:site/funnels', funnels.create);
  app.put('/api/v1/sites/:site/funnels/:name', funnels.replace);
  app.delete('/api/v1/sites/:site/funnels/:name', funnels.remove);
  const annotations = routesOf(context, 'annotations');
  app.get('/api/v1/sites/:site/annotations', annotations.list);
  app.post('/api/v1/sites/:site/annotations', annotations.create);
  app.put('/api/v1/sites/:site/annotations/:name', annotations.replace);
  app.delete('/api/v1/sites/:site/annotations/:name', annotations.remove);
}

function routesOf(
  context: ServerContext,
  kind: KindName,
): Record<'list' | 'create' | 'replace' | 'remove', Route> {
  const { resources } = context;
  const onRequest = requireToken(context);
  const operations = operationsOf(kind);
  const placeOf = (params: unknown): Place => {
    const { site, name } = params as Place;
    return { site: siteOf(site), name };
  };
  return {
    list: {
      onRequest: requireReader(context),
      config: { operation: operations.list, bound: 'path' },
      handler: async ({ params }) => ({ [kind]: resources.list(kind, placeOf(params).site) }),
    },
    create: {
      ...{ onRequest, config: { operation: operations.create } },
      handler: async ({ params, body: value }, reply) => {
        reply.code(201);
        return resources.create(kind, placeOf(params).site, value);
      },
    },
    replace: {
      ...{ onRequest, config: { operation: operations.replace } },
      handler: async ({ params, body: value }) => {
        const { site, name } = placeOf(params);
        return resources.replace(kind, site, name, value);
      },
    },
    remove: {
      ...{ onRequest, config: { operation: operations.remove } },
      handler: async ({ params }, reply) => {
        const { site, name } = placeOf(params);
        resources.remove(kind, site, name);
        return reply.code(204).send();
      },
    },
  };
}

function operationsOf(kind: KindName): Record<'list' | 'create' | 'replace' | 'remove', Operation> {
  const { schema, example, most } = KINDS[kind] as {
    schema: Schema<ValueOf<KindName>>;
    example: ValueOf<KindName>;
    most: number;
  };
  const { one, some, summary } = WORDS[kind];
  const word = one.toLowerCase();
  const requestBody = body(schema, example);
  const NAME = pathParameter('name', `of the ${word}`, example.name);
  const wrong = {
    400: problem(`invalid input, a name that is already used, or ${most} ${kind} already`),
    ...NO_TOKEN,
  };
  return {
    list: {
      ...{ operationId: kind, tags: ['Ask'], summary, parameters: [SITE] },
      responses: {
        200: json('in order of creation', object({ [kind]: list(schema) }), { [kind]: [example] }),
        ...REFUSED,
      },
    },
    create: {
      ...{
        operationId: `create${one}`,
        tags: ['Administer'],
        summary: `Create ${some}`,
      },
      ...{ parameters: [SITE], requestBody },
      responses: { 201: json('created', schema, example), ...wrong },
    },
    replace: {
      ...{
        operationId: `replace${one}`,
        tags: ['Administer'],
        summary: `Replace or create ${some}`,
      },
      ...{ parameters: [SITE, NAME], requestBody },
      responses: { 200: json('done', schema, example), ...wrong },
    },
    remove: {
      ...{
        operationId: `remove${one}`,
        tags: ['Administer'],
        summary: `Remove ${some}`,
      },
      parameters: [SITE, NAME],
      responses: {
        204: empty('removed'),
        400: problem('not a host name, or a goal that a funnel or a segment uses'),
        404: problem(`no such ${word}`),
        ...NO_TOKEN,
      },
    },
  };
}

function siteOf(text: string): string {
  const site = readSite(text);
  if (site === undefined) throw new HitError('invalid', 'site is missing');
  return site;
}
