import type { FastifyInstance } from 'fastify';
import { DROP_RULES } from '../../hit/drop-reason.ts';
import { EMPTY_CONTEXT } from '../../hit/request-context.ts';
import type { Seen } from '../../live/live.ts';
import { TEXT } from '../../schema/schema.ts';
import type { CollectContext } from '../context.ts';
import { OPEN, type Operation, problem } from '../openapi/operation.ts';
import { collect } from './collect.ts';
import { RawResponse } from './raw-response.ts';
import type { Report } from './request-facts.ts';

/** The report for every visitor. */
const REPORT: Report = { ...EMPTY_CONTEXT, kind: 'plain', path: '/' };

const NO_TOTALS = [
  'Your hit is counted.',
  'Totals are kept by the simple tracker: start the server with --tracker simple.',
];

const COUNT_PLAINLY: Operation = {
  operationId: 'countPlainly',
  ...{ tags: ['Collect'], security: OPEN },
  summary: 'Count a hit of the requested host, and return its totals',
  description: 'A small page for browsers, text for other clients. Counts every request, including bots.',
  responses: {
    200: {
      description: 'counted',
      content: {
        'text/plain': { schema: TEXT, example: '3 unique hits from total 8 hits\nYou are new here.\n' },
        'text/html': { schema: TEXT },
      },
    },
    429: problem('too many from this address: see `Retry-After`'),
    503: problem('the hit cannot be made durable now, and is not counted'),
  },
};

/** `GET /`: the plain counter. It counts every visitor, and shows the counts. */
export function counterRoutes(app: FastifyInstance, context: CollectContext): void {
  app.get(
    '/',
    { exposeHeadRoute: false, config: { operation: COUNT_PLAINLY, bound: 'open' } },
    (request, reply) => {
      const referrer = request.headers.referer ?? '';
      reply.hijack();
      const response = new RawResponse(request.raw, reply.raw);
      const hostname = request.headers.host ?? '';
      collect(context, response, { ...REPORT, referrer, hostname }, (answered, seen, dropped) => {
        if (seen) context.print(visitorText(seen));
        answer(answered, seen ? linesOf(seen) : dropped ? [DROP_RULES[dropped].notice] : NO_TOTALS);
      });
    },
  );

  /** A HEAD request, such as a health check, is not a visitor. */
  app.head('/', { config: { bound: 'open' } }, (request, reply) => {
    reply.hijack();
    answer(new RawResponse(request.raw, reply.raw), []);
  });

  /** Browsers request it beside the page. */
  app.get('/favicon.ico', { config: { bound: 'open' } }, (_request, reply) => {
    reply.code(204).header('cache-control', 'public, max-age=86400').send();
  });
}

/** The text is ASCII only. */
function answer(response: RawResponse, lines: readonly string[]): void {
  const wantsPage = response.request.headers.accept?.includes('text/html') ?? false;
  const type = wantsPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
  const headers = ['content-type', type, 'cache-control', 'no-store', 'vary', 'accept'];
  response.send(200, headers, wantsPage ? page(lines) : `${lines.join('\n')}\n`);
}

function linesOf(seen: Seen): string[] {
  return [visitorText(seen), seen.isNew ? 'You are new here.' : 'You were here before.'];
}

function visitorText({ unique, total }: Seen): string {
  return `${unique} unique hits from total ${total} hits`;
}

function page(lines: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hit Tracker</title>
<style>body{font:1.25rem/1.6 system-ui,sans-serif;max-width:40rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>Hit Tracker</h1>
${lines.map((line) => `<p>${line}</p>`).join('\n')}
</html>
`;
}
