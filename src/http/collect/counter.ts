import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Seen } from '../../live/live.ts';
import type { ServerContext } from '../context.ts';
import { collect } from './collect.ts';

const NO_STORE = 'no-store';

/** `GET /`: the plain counter. It counts whoever comes, and says what it counted. */
export function counterRoutes(app: FastifyInstance, context: ServerContext): void {
  const report = {
    kind: 'plain',
    site: '',
    path: '/',
    name: '',
    referrer: '',
    title: '',
    props: '',
  } as const;
  app.get('/', { exposeHeadRoute: false }, (request, reply) => {
    const wantsPage = request.headers.accept?.includes('text/html') ?? false;
    const referrer = request.headers.referer ?? '';
    collect(context, request, reply, { ...report, referrer }, (answered, seen) => {
      if (seen) context.print(sentence(seen));
      answer(answered, seen, wantsPage);
    });
  });
}

function answer(reply: FastifyReply, seen: Seen | undefined, wantsPage: boolean): void {
  const lines = seen
    ? [sentence(seen), seen.isNew ? 'You are new here.' : 'You were here before.']
    : ['Your hit is counted.', 'Totals are kept by the simple tracker: start with --tracker simple.'];
  reply.header('cache-control', NO_STORE).header('vary', 'accept');
  if (wantsPage) reply.type('text/html; charset=utf-8').send(page(lines));
  else reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
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
