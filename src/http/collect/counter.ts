import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Seen } from '../../live/live.ts';
import type { ServerContext } from '../context.ts';
import { collect } from './collect.ts';

/** What is reported of everybody. */
const REPORT = {
  kind: 'plain',
  site: '',
  path: '/',
  name: '',
  referrer: '',
  title: '',
  props: '',
} as const;

const NO_TOTALS = [
  'Your hit is counted.',
  'Totals are kept by the simple tracker: start the server with --tracker simple.',
];
const NOT_COUNTED = ['A prefetch is not counted.'];

/** `GET /`: the plain counter. It counts whoever comes, and says what it counted. */
export function counterRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/', { exposeHeadRoute: false }, (request, reply) => {
    const referrer = request.headers.referer ?? '';
    collect(context, request, reply, { ...REPORT, referrer }, (answered, seen, dropped) => {
      if (seen) context.print(sentence(seen));
      answer(request, answered, seen ? linesOf(seen) : dropped ? NOT_COUNTED : NO_TOTALS);
    });
  });

  /** Who asks for the head alone, to see whether the server is there, is no visitor. */
  app.head('/', (request, reply) => answer(request, reply, []));

  /** Browsers ask for it beside the page. */
  app.get('/favicon.ico', (_request, reply) => {
    reply.code(204).header('cache-control', 'public, max-age=86400').send();
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, lines: readonly string[]): void {
  reply.header('cache-control', 'no-store').header('vary', 'accept');
  const wantsPage = request.headers.accept?.includes('text/html') ?? false;
  if (wantsPage) reply.type('text/html; charset=utf-8').send(page(lines));
  else reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
}

function linesOf(seen: Seen): string[] {
  return [sentence(seen), seen.isNew ? 'You are new here.' : 'You were here before.'];
}

function sentence({ unique, total }: Seen): string {
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
