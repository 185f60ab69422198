import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError } from '../../errors.ts';
import { exportHits } from '../../query/export.ts';
import { FILTER_PARAMETERS } from '../../query/filter.ts';
import type { QueryParams } from '../../query/params.ts';
import { readSelection, SELECTION_PARAMETERS } from '../../query/selection.ts';
import { parameterOr, readParameter } from '../../schema/parameter.ts';
import { choice, TEXT } from '../../schema/schema.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../settings/export.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { type Operation, queryParameters } from '../openapi/operation.ts';
import { NO_TOKEN, REFUSED } from '../openapi/refused.ts';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};
/** Milliseconds after which a reader that takes nothing is disconnected, since few exports run at once. */
const STALL_TIMEOUT = 60_000;

const FORMAT = parameterOr('csv', choice(EXPORT_FORMATS), 'format of the file', 'ndjson');

const OPERATION: Operation = {
  operationId: 'exportHits',
  tags: ['Ask'],
  summary: 'Individual hits, as a stream',
  description: 'Requires the admin token. If the connection breaks off, the export is incomplete.',
  parameters: queryParameters({ format: FORMAT, ...SELECTION_PARAMETERS }),
  responses: {
    200: {
      description: 'in time order',
      content: Object.fromEntries(
        Object.values(TYPES).map((type) => [type.replace(/;.*/, ''), { schema: TEXT }]),
      ),
    },
    ...{ ...REFUSED, ...NO_TOKEN },
  },
};

/**
 * `GET /api/v1/export?format=&site=&from=&to=&bots=&status=`: streams single hits. It requires the token even
 * if reading is public. An export that breaks off is truncated: it has no end.
 */
export function exportRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'db' | 'adminToken' | 'now'>,
): void {
  const options = {
    onRequest: requireToken(context),
    config: { operation: OPERATION, accepts: FILTER_PARAMETERS },
  };
  app.get('/api/v1/export', options, async (request, reply) => {
    const { db } = context;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    const words = request.query as QueryParams;
    const format = readParameter('format', FORMAT, words.format);
    return send(db, words, format, reply);
  });
}

async function send(
  db: DBTracker,
  words: QueryParams,
  format: ExportFormat,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const selection = readSelection(words);
  const disconnected = new AbortController();
  reply.raw.once('close', () => disconnected.abort());
  await db.spool.flush({ mayFail: true });
  const hits = await exportHits(db, selection, format, disconnected.signal);
  const end = () => hits[Symbol.asyncDispose]();
  if (disconnected.signal.aborted) await end();
  else reply.raw.once('close', end);
  return reply
    .type(TYPES[format])
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="hits.${format}"`)
    .send(withStallTimeout(hits.bytes));
}

/** A stream that is destroyed if nobody reads from it for a while. */
function withStallTimeout(bytes: AsyncIterable<Uint8Array>): Readable {
  async function* watched() {
    for await (const chunk of bytes) {
      const timer = setTimeout(() => stream.destroy(), STALL_TIMEOUT);
      try {
        yield chunk;
      } finally {
        clearTimeout(timer);
      }
    }
  }
  const stream = Readable.from(watched(), { objectMode: false });
  return stream;
}
