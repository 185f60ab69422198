import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import { DROP_REASONS, type Dropped, type DropReason, isQuiet } from '../../hit/drop-reason.ts';
import { isSignal } from '../../hit/hit.ts';
import { EMPTY_CONTEXT, type RequestContext } from '../../hit/request-context.ts';
import { siteName } from '../../hit/site.ts';
import { readExplicitTime } from '../../hit/time.ts';
import {
  COUNT,
  choice,
  described,
  either,
  extended,
  list,
  NUMBER,
  nullable,
  object,
  partialRecord,
  type Static,
  TEXT,
} from '../../schema/schema.ts';
import { requireSender } from '../auth.ts';
import { notPermitted } from '../bound-tokens.ts';
import type { CollectContext } from '../context.ts';
import { body, json, type Operation, problem } from '../openapi/operation.ts';
import { sendProblem } from '../problem.ts';
import { refusals } from './refusal.ts';
import { REPORT_MEMBERS, readReport } from './report.ts';

const BODY_LIMIT = 16 * 1024 * 1024;
/** Most errors that are listed; further errors are only counted. */
const MOST_ERRORS = 100;

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

const FORBIDDEN = described(choice(['forbidden']), 'present if the token is bound to other sites');
const BATCH = object({
  accepted: COUNT,
  dropped: partialRecord(DROP_REASONS, COUNT),
  errors: list(object({ index: COUNT, error: TEXT }, { code: FORBIDDEN })),
});
type BatchError = Static<typeof BATCH>['errors'][number];

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
  app.post<{ Body: unknown }>(
    '/api/v1/hits',
    {
      bodyLimit: BODY_LIMIT,
      onRequest: requireSender(context),
      errorHandler: refusals(context),
      config: { operation: SEND_HITS, bound: 'own' },
    },
    (request, reply) => {
      const batch = new Batch(context, reply, request.boundTo);
      for (const [index, item] of itemsOf(request.body).entries()) batch.add(index, item);
      batch.end();
    },
  );
}

/** One batch in progress: answers when each of its hits is durable or has failed. */
class Batch {
  readonly #context: CollectContext;
  readonly #reply: FastifyReply;
  readonly #boundTo: readonly string[] | undefined;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #errors: BatchError[] = [];
  #accepted = 0;
  /** Hits that are not settled yet, plus one for the batch itself until all are taken. */
  #open = 1;
  /** Why the rest of the batch is refused. */
  #fault: HitError | undefined;

  /** @param boundTo the only sites whose hits are accepted; undefined for any */
  constructor(context: CollectContext, reply: FastifyReply, boundTo: readonly string[] | undefined) {
    this.#context = context;
    this.#reply = reply;
    this.#boundTo = boundTo;
  }

  add(index: number, item: unknown): void {
    if (this.#fault) return;
    const facts = readHit(item, this.#context.now());
    if (facts instanceof HitError) {
      this.#context.drops.count('invalid');
      this.#note({ reason: 'invalid', detail: facts.message }, index);
      return;
    }
    const fault = this.#boundTo && siteFault(this.#boundTo, facts.site);
    if (fault) {
      if (!isSignal(facts)) this.#context.drops.count('site_not_allowed');
      this.#note({ reason: 'site_not_allowed', detail: fault.message }, index, { code: 'forbidden' });
      return;
    }
    this.#open++;
    this.#context.pipeline.take(facts, {
      accept: () => {
        this.#accepted++;
        this.#close();
      },
      drop: (dropped) => {
        this.#note(dropped, index);
        this.#close();
      },
    });
  }

  end(): void {
    this.#close();
  }

  #close(): void {
    if (--this.#open > 0) return;
    // Some hits of the batch may be stored: the sender learns how many, and must not send those again.
    if (this.#fault && this.#accepted === 0) {
      sendProblem(this.#reply, this.#fault);
      return;
    }
    const failed = this.#fault && { failed: this.#fault.message };
    if (this.#fault?.retryAfter !== undefined) this.#reply.header('retry-after', this.#fault.retryAfter);
    this.#reply
      .code(this.#fault ? 503 : 202)
      .send({ accepted: this.#accepted, dropped: this.#dropped, errors: this.#errors, ...failed });
  }

  #note({ reason, detail, retryAfter }: Dropped, index: number, more?: Pick<BatchError, 'code'>): void {
    if (reason === 'spool_full' || reason === 'spool_failed') {
      this.#fault = new HitError(reason, detail, retryAfter === undefined ? {} : { retryAfter });
      return;
    }
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    if (!isQuiet(reason) && this.#errors.length < MOST_ERRORS)
      this.#errors.push({ index, error: detail, ...more });
  }
}

/** The error of a hit whose site the sender's token does not permit. Malformed host names are rejected later, as for any sender. */
function siteFault(boundTo: readonly string[], text: string): HitError | undefined {
  const site = siteName(text);
  return site === '' || boundTo.includes(site) ? undefined : notPermitted(boundTo, [site]);
}

/** The items of a body: an array, or the lines of NDJSON; each line that cannot be parsed is an error of its own. */
function itemsOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body !== 'string') {
    throw new HitError(
      'invalid',
      'the body is neither a JSON array of hits nor NDJSON (application/x-ndjson)',
    );
  }
  return body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        return new HitError('invalid', `the line is not JSON: ${messageOf(error)}`);
      }
    });
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
  return {
    ...EMPTY_CONTEXT,
    ...report,
    kind: 'server',
    time,
    visitor: text(fields.visitor),
    peer: text(fields.address),
    userAgent: text(fields.user_agent),
    language: text(fields.language),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
