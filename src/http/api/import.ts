import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import type { ImportOptions } from '../../logs/import-options.ts';
import type { LogImporter } from '../../logs/importer.ts';
import type { QueryParams } from '../../query/params.ts';
import { parameter, parameterOr, readParameter } from '../../schema/parameter.ts';
import { BOOLEAN, TEXT } from '../../schema/schema.ts';
import { readLogFields } from '../../settings/log-fields.ts';
import { readLogFormat } from '../../settings/log-format.ts';
import { requireControl } from '../auth.ts';
import type { ServerContext } from '../context.ts';

/** Parameters of an import, as `hit-tracker import` sends them. */
const PARAMETERS = {
  site: parameter(TEXT, 'of lines that name no host'),
  format: parameterOr('auto', TEXT, 'of the log, by name or notation'),
  timezone: parameter(TEXT, 'of times without an offset'),
  fields: parameter(TEXT, 'names of fields in JSON lines'),
  follow: parameterOr(false, BOOLEAN, 'whether the log grows'),
  refuse_copies: parameterOr(
    false,
    BOOLEAN,
    'whether to refuse copies of imported logs that are shorter or edited',
  ),
  restore_purged: parameterOr(false, BOOLEAN, 'whether to restore purged hits'),
};

/** Parameters that name a chunk of a log. */
const CHUNK = {
  root: parameter(TEXT, 'of the log'),
  digest: parameter(TEXT, 'of the chunk'),
};

/**
 * `GET /control/imported`: whether the store has a chunk of a log.
 *
 * `POST /control/import`: imports a log that a command on the same data folder sends unchanged. The answer is NDJSON:
 * lines `{"progress":…}` now and then, and at the end `{"summary":…}` or `{"error":…}`.
 */
export function importRoutes(app: FastifyInstance, { importer }: ServerContext): void {
  const underWay = new Set<Promise<void>>();
  // The store stays open until the last import has stored what it read.
  app.addHook('onClose', () => Promise.all(underWay));
  app.get<{ Querystring: QueryParams }>(
    '/control/imported',
    { onRequest: requireControl },
    async ({ query }) => {
      const root = readParameter('root', CHUNK.root, query.root) ?? '';
      const digest = readParameter('digest', CHUNK.digest, query.digest) ?? '';
      return { imported: await requireImporter(importer).isImported({ root, digest }) };
    },
  );
  app.register(async (control) => {
    control.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
      done(null, payload),
    );
    control.post<{ Querystring: QueryParams; Body: IncomingMessage }>(
      '/control/import',
      { onRequest: requireControl },
      async (request, reply) => {
        const used = requireImporter(importer);
        const options = optionsOf(request.query);
        reply.hijack();
        const work = answer(used, request.body, options, reply);
        underWay.add(work);
        await work;
        underWay.delete(work);
      },
    );
  });
}

/** @throws HitError `not_found` */
function requireImporter(importer: LogImporter | undefined): LogImporter {
  if (importer) return importer;
  throw new HitError(
    'not_found',
    'the server on this data folder runs without a database: stop it, or start it with --tracker db',
  );
}

function optionsOf(query: QueryParams): ImportOptions {
  const fields = readParameter('fields', PARAMETERS.fields, query.fields);
  return {
    site: readParameter('site', PARAMETERS.site, query.site),
    format: readLogFormat(readParameter('format', PARAMETERS.format, query.format), 'format'),
    timezone: readParameter('timezone', PARAMETERS.timezone, query.timezone),
    fields: fields === undefined ? undefined : readLogFields(fields, 'fields'),
    follow: readParameter('follow', PARAMETERS.follow, query.follow),
    refuseCopies: readParameter('refuse_copies', PARAMETERS.refuse_copies, query.refuse_copies),
    restorePurged: readParameter('restore_purged', PARAMETERS.restore_purged, query.restore_purged),
  };
}

async function answer(
  importer: LogImporter,
  log: IncomingMessage,
  options: ImportOptions,
  { raw }: FastifyReply,
): Promise<void> {
  const write = (line: object) => raw.write(`${JSON.stringify(line)}\n`);
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  try {
    write({ summary: await importer.run(log, options, (progress) => write({ progress })) });
  } catch (error) {
    write({ error: messageOf(error) });
  }
  raw.end();
}
