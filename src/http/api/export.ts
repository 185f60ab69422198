import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError } from '../../errors.ts';
import { EXPORT_FORMATS, type ExportFormat, exportHits } from '../../query/export.ts';
import { type QueryParams, readChoice } from '../../query/params.ts';
import { readSelection } from '../../query/selection.ts';
import type { DBTracker } from '../../trackers/db.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};
/** Milliseconds after which a reader that takes nothing is disconnected, since few exports run at once. */
const PATIENCE = 60_000;

/**
 * `GET /api/v1/export?format=&site=&from=&to=&bots=&status=`: streams single hits. It requires the token even
 * if reading is public. An export that breaks off is truncated: it has no end.
 */
export function exportRoutes(
  app: FastifyInstance,
  context: Pick<ServerContext, 'db' | 'adminToken' | 'now'>,
): void {
  app.get('/api/v1/export', { onRequest: requireToken(context) }, async (request, reply) => {
    const { db } = context;
    if (!db) throw new HitError('not_found', 'there is no database here: start the server with --tracker db');
    const words = request.query as QueryParams;
    const format = readChoice('format', words.format ?? 'csv', EXPORT_FORMATS);
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
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await db.spool.flush();
  const hits = await exportHits(db, selection, format, gone.signal);
  const end = () => hits[Symbol.asyncDispose]();
  if (gone.signal.aborted) await end();
  else reply.raw.once('close', end);
  return reply
    .type(TYPES[format])
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="hits.${format}"`)
    .send(patient(hits.bytes));
}

/** A stream that is destroyed if nobody reads from it for a while. */
function patient(bytes: AsyncIterable<Uint8Array>): Readable {
  async function* watched() {
    for await (const chunk of bytes) {
      const timer = setTimeout(() => stream.destroy(), PATIENCE);
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
