import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import { LOG_FORMATS, type LogFormat } from '../../logs/format.ts';
import { requireControl } from '../auth.ts';
import type { ServerContext } from '../context.ts';

interface Query {
  readonly site?: string;
  readonly format?: string;
  readonly follow?: string;
}

/**
 * `POST /control/import`: a log that a command on the same data folder hands over, as it is. The answer is NDJSON: a
 * line `{"progress":…}` now and then, and at the end `{"summary":…}` or `{"error":…}`.
 */
export function importRoutes(app: FastifyInstance, { importer }: ServerContext): void {
  if (!importer) return;
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
      done(null, payload),
    );
    control.post<{ Querystring: Query; Body: IncomingMessage }>(
      '/control/import',
      { onRequest: requireControl },
      async (request, reply) => {
        const { site, format = 'auto', follow } = request.query;
        if (format !== 'auto' && !(format in LOG_FORMATS)) {
          throw new HitError('invalid', `format "${format}" is unknown`);
        }
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
        const write = (line: object) => raw.write(`${JSON.stringify(line)}\n`);
        try {
          const options = { site, format: format as LogFormat | 'auto', follow: follow === 'true' };
          const summary = await importer.run(request.body, options, (progress) => write({ progress }));
          write({ summary });
        } catch (error) {
          write({ error: messageOf(error) });
        }
        raw.end();
      },
    );
  });
}
