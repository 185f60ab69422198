import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import type { FastifyBaseLogger } from 'fastify';
import { Memo } from '../../cache/memo.ts';
import { HitError, messageOf } from '../../errors.ts';
import { LIMITS } from '../../hit/hit.ts';
import { parameter } from '../../schema/parameter.ts';
import { TEXT, textUpTo } from '../../schema/schema.ts';
import type { CollectContext } from '../context.ts';
import { OPEN, type Operation, other, problem, queryParameters } from '../openapi/operation.ts';
import { internalError } from '../problem.ts';
import type { RouteDurations } from '../request-durations.ts';
import type { TimedResponse } from '../timed-response.ts';
import { collect } from './collect.ts';
import { RawResponse } from './raw-response.ts';
import { DROPPED, type REPORT_MEMBERS, readReport } from './report.ts';
import type { Report } from './request-facts.ts';

/** The smallest transparent GIF, one byte per character. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64').toString(
  'latin1',
);
const GIF_HEADERS = ['content-type', 'image/gif', 'cache-control', 'no-store'];
export const PIXEL_PATH = '/hit.gif';
/** Longest address that is cached: longer ones are rare. */
const LONGEST = 1024;

/** Parameters of a pixel: those of a report that fit into an address. */
const PIXEL_PARAMETERS = {
  site: parameter(TEXT, 'host name; default: that of the page', 'example.com'),
  path: parameter(textUpTo(LIMITS.path), 'default: that of the page', '/pricing'),
  url: parameter({ ...TEXT, format: 'uri' }, 'the address of the page, instead of `path`'),
  referrer: parameter(TEXT, 'where the visitor came from', 'https://news.example/'),
  name: parameter(textUpTo(LIMITS.name), 'an event; default: `pageview`'),
  title: parameter(TEXT, 'title of the page'),
  value: parameter(TEXT, 'what an event is worth: a decimal number', '19.90'),
  currency: parameter(TEXT, 'of `value`: ISO 4217', 'EUR'),
  interactive: parameter(TEXT, '`false` for an event that happens without the visitor'),
  screen: parameter(TEXT, 'width in CSS pixels', '1440'),
  engaged: parameter(TEXT, 'of a signal with the name `engagement`: milliseconds'),
  scroll: parameter(TEXT, 'of such a signal: 0 to 100 % of the page'),
} satisfies Record<Exclude<keyof typeof REPORT_MEMBERS, 'props'>, unknown>;

export const COUNT_BY_PIXEL: Operation = {
  operationId: 'countByPixel',
  ...{ tags: ['Collect'], security: OPEN },
  summary: 'Count a hit, and answer with a transparent pixel',
  description: DROPPED,
  parameters: queryParameters(PIXEL_PARAMETERS),
  responses: {
    200: other('counted, or dropped', 'image/gif'),
    400: problem('an invalid hit'),
    413: problem('a path or a name that is too long'),
    429: problem('too many hits from this address: see `Retry-After`'),
    503: problem('the hit cannot be made durable now, and is not counted'),
  },
};

/**
 * `GET /hit.gif`: the hot path of a busy site. It is answered before Fastify routes the request, and an address that
 * repeats, as those of pages do, is parsed once.
 */
export class Pixel {
  readonly #context: CollectContext;
  readonly #log: FastifyBaseLogger;
  readonly #durations: RouteDurations;
  readonly #reports = new Memo({ most: 10_000, longest: LONGEST }, (url) => {
    const fields = parse(queryOf(url));
    // Without a path, the page that requested the pixel decides.
    return fields.path ? readReport(reported(fields), '') : undefined;
  });

  constructor(context: CollectContext, log: FastifyBaseLogger) {
    this.#context = context;
    this.#log = log;
    this.#durations = context.durations.of('GET', PIXEL_PATH);
  }

  /** @returns false for a request that this class does not answer */
  handle(request: IncomingMessage, response: TimedResponse): boolean {
    const url = request.url ?? '';
    if (!url.startsWith(PIXEL_PATH) || request.method !== 'GET') return false;
    if (url.length > PIXEL_PATH.length && url[PIXEL_PATH.length] !== '?') return false;
    response.durations = this.#durations;
    const raw = new RawResponse(request, response).header('access-control-allow-origin', '*');
    try {
      this.#answer(raw, this.#reportOf(url, request.headers.referer ?? ''));
    } catch (error) {
      this.#log.error({ err: error, url }, messageOf(error));
      raw.fail(internalError(error));
    }
    return true;
  }

  #answer(response: RawResponse, report: Report | HitError): void {
    if (report instanceof HitError) {
      this.#context.drops.count('invalid');
      response.header('x-hit-dropped', 'invalid').fail(report);
    } else {
      collect(this.#context, response, report, sendGif);
    }
  }

  #reportOf(url: string, page: string): Report | HitError {
    const known = url.length <= LONGEST ? this.#reports.of(url) : undefined;
    return known ?? readReport(reported(parse(queryOf(url))), page);
  }
}

/** A report without a referrer has none: the request's own `Referer` is the page. */
function reported(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...fields, referrer: fields.referrer ?? '' };
}

function queryOf(url: string): string {
  return url.slice(PIXEL_PATH.length + 1);
}

export function sendGif(response: RawResponse): void {
  response.send(200, GIF_HEADERS, GIF);
}
