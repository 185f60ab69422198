import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HitError } from '../../errors.ts';
import type { RequestContext } from '../../hit/request-context.ts';
import { readExplicitTime } from '../../hit/time.ts';
import { described, either, extended, list, NUMBER, nullable, object, TEXT } from '../../schema/schema.ts';
import { Rotation, Turns } from '../../timing/turns.ts';
import { JSON_TYPES } from '../app.ts';
import { requireSender } from '../auth.ts';
import type { CollectContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { BatchBodies, BODY_LIMIT, NDJSON_TYPES } from './batch-body.ts';
import { chunksOf, parseChunk } from './batch-chunks.ts';
import { type BatchBody, type Item, isNoObject, itemsOf, parseItem } from './batch-items.ts';
import { BATCH, Batch } from './batch-progress.ts';
import { refusals } from './refusal.ts';
import { REPORT_MEMBERS, readReport } from './report.ts';

const SENT_MEMBERS = object(
  {},
  {
    ...REPORT_MEMBERS,
    time: described(
      either(TEXT, NUMBER, { type: 'null' }),
      'ISO 8601, or milliseconds since 1970, from 1990 up to 10 minutes ahead of the server; default: now',
    ),
    visitor: described(nullable(TEXT), 'your own name for the visitor'),
    address: described(nullable(TEXT), 'or the client’s address, with `user_agent`'),
    user_agent: nullable(TEXT),
    language: nullable(TEXT),
  },
);

/** A hit of a trusted sender. Like `REPORT`, it is not checked by this schema, for speed. */
export const SENT_HIT: typeof SENT_MEMBERS = {
  ...SENT_MEMBERS,
  anyOf: [{ required: ['site'] }, { required: ['url'] }],
};

const SEND_HITS: Operation = {
  operationId: 'sendHits',
  tags: ['Collect'],
  summary: 'Count a batch of hits',
  description:
    'Requires the admin token, or a token of scope `write`. A JSON array, or lines of JSON as `application/x-ndjson`; 16 MiB at most.',
  requestBody: body(list(SENT_HIT), [
    { site: 'example.com', path: '/', visitor: 'user 17', time: '2026-11-01T12:00:00Z' },
    { site: 'example.com', path: '/', address: '192.0.2.7', user_agent: 'Googlebot/2.1' },
  ]),
  responses: {
    202: json('durable, except for the listed ones', BATCH, {
      ...{ accepted: 1, dropped: { bot: 1 }, errors: [] },
    }),
    400: problem('neither a JSON array nor lines of JSON'),
    401: problem('no token for sending hits'),
    413: problem('more than 16 MiB'),
    415: problem('an unsupported content type'),
    503: {
      description: 'the number of durable hits: send the others again; a problem if none is durable',
      content: {
        ...json('', extended(BATCH, { failed: TEXT })).content,
        ...problem('').content,
      },
    },
  },
};

/** `POST /api/v1/hits`: many hits from a trusted sender, as a JSON array or NDJSON. */
export function batchRoutes(app: FastifyInstance, context: CollectContext): void {
  const bodies = new BatchBodies();
  const rotation = new Rotation();
  app.register(async (scope) => {
    // The body is read by the handler.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser([...JSON_TYPES, ...NDJSON_TYPES], (_request, payload, done) =>
      done(null, payload),
    );
    scope.post(
      '/api/v1/hits',
      {
        bodyLimit: BODY_LIMIT,
        onRequest: requireSender(context),
        errorHandler: refusals(context),
        config: { operation: SEND_HITS, bound: 'own' },
      },
      async (request, reply) => {
        const bytes = await bodies.read(request.raw);
        try {
          const batch = new Batch(context, request.boundTo);
          const turns = new Turns(rotation);
          await takeAll({ bytes, isArray: !isNdjson(request) }, batch, { context, turns });
          return await batch.answer(reply);
        } finally {
          bodies.release(bytes);
        }
      },
    );
  });
}

function isNdjson({ headers }: FastifyRequest): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return NDJSON_TYPES.includes(type.trim().toLowerCase());
}

/**
 * Takes the hits of a body, in order. Lets other requests in between, one batch at a time, and waits for hits to become durable:
 * batches neither delay the hits of others nor fill the memory.
 *
 * @throws HitError `invalid` if the body should be a JSON array and is none: nothing of it is taken then
 */
async function takeAll(
  body: BatchBody,
  batch: Batch,
  { context, turns }: { readonly context: CollectContext; readonly turns: Turns },
): Promise<void> {
  const { bytes, isArray } = body;
  await turns.next();
  const chunks = isArray ? await elementChunks(bytes, turns) : undefined;
  if (isArray && !chunks) await assertArray(body, turns);
  const isHopeless = (item: Item) => batch.isErrorListFull && isNoObject(bytes, item);
  let index = 0;
  for (const part of chunks ?? itemsOf(body)) {
    const values = chunks
      ? parseChunk(bytes, part)!
      : [isHopeless(part) ? undefined : parseItem(bytes, part, 'the line')];
    for (const value of values) {
      if (batch.isRefused) return;
      if (batch.isErrorListFull && (typeof value !== 'object' || value === null)) batch.refuse();
      else batch.add(index, readHit(value, context.now()));
      index++;
    }
    if (turns.isOver(values.length) || batch.isFull) {
      await batch.room();
      await turns.next();
    }
  }
}

/** The chunks of an array if they hold its elements. Parsed chunks are not kept, as they can take much memory. */
async function elementChunks(bytes: Buffer, turns: Turns): Promise<readonly Item[] | undefined> {
  const chunks = chunksOf(bytes);
  for (const chunk of chunks ?? []) {
    const values = parseChunk(bytes, chunk);
    if (!values) return undefined;
    if (turns.isOver(values.length)) await turns.next();
  }
  return chunks;
}

/** @throws HitError `invalid` if the body is not a JSON array */
async function assertArray(body: BatchBody, turns: Turns): Promise<void> {
  for (const item of itemsOf(body)) {
    const parsed = parseItem(body.bytes, item, 'the body');
    if (parsed instanceof HitError && parsed.code === 'invalid') throw parsed;
    if (turns.isOver()) await turns.next();
  }
}

/** A hit of a trusted sender: a report, and its visitor and time. */
export function readHit(item: unknown, now: number): RequestContext | HitError {
  if (item instanceof HitError) return item;
  const report = readReport(item, '');
  if (report instanceof HitError) return report;
  const fields = item as Readonly<Record<string, unknown>>;
  const time = fields.time === undefined || fields.time === null ? now : readExplicitTime(fields.time);
  if (time === undefined)
    return new HitError(
      'invalid',
      'time is neither an existing ISO 8601 time such as 2026-01-31T12:00:00Z nor milliseconds since 1970',
    );
  for (const name of ['visitor', 'address', 'user_agent', 'language'] as const) {
    const field = fields[name];
    if (field !== undefined && field !== null && typeof field !== 'string') {
      return new HitError('invalid', `${name} is not a string`);
    }
  }
  if (report.site === '') return new HitError('invalid', 'site is missing');
  // Written out: to spread one object into another takes several times as long.
  return {
    kind: 'server',
    time,
    site: report.site,
    host: '',
    path: report.path,
    name: report.name,
    referrer: report.referrer,
    title: report.title,
    props: report.props,
    hostname: report.hostname,
    screen: report.screen,
    value: report.value,
    currency: report.currency,
    interactive: report.interactive,
    engaged: report.engaged,
    scroll: report.scroll,
    userAgent: text(fields.user_agent),
    language: text(fields.language),
    peer: text(fields.address),
    forwarded: '',
    cookie: '',
    secure: false,
    purpose: '',
    status: 0,
    method: '',
    bytes: -1,
    responseTime: -1,
    visitor: text(fields.visitor),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
