import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ArchiveOptions } from '../../archive/archiver.ts';
import type { Archives, ArchiveWatch } from '../../archive/archives.ts';
import type { RestoreOptions } from '../../archive/restorer.ts';
import type { ArchiveAddress } from '../../archive/storage.ts';
import { HitError, messageOf } from '../../errors.ts';
import { requireControl } from '../auth.ts';

/** Largest command body, in bytes. */
const MAX_BODY = 64 * 1024;

/** Body of a command of this version, as JSON. */
interface Bodies {
  archive: { readonly to: ArchiveAddress; readonly options: ArchiveOptions };
  restore: { readonly from: ArchiveAddress; readonly options: RestoreOptions };
}

/**
 * `POST /control/archive` and `POST /control/restore`: requests of a command on the same data folder. The answer is
 * NDJSON: one line `{"progress":…}` per day, then `{"summary":…}` or `{"error":…}`. The work stops after the current
 * day if the command disconnects or the server closes.
 *
 * @param context `archives`: undefined without a database
 */
export function archiveRoutes(app: FastifyInstance, { archives }: { archives: Archives | undefined }): void {
  const underWay = new Map<Promise<void>, AbortController>();
  // The store stays open until the last request has stopped.
  app.addHook('onClose', async () => {
    for (const ending of underWay.values()) ending.abort();
    await Promise.allSettled(underWay.keys());
  });

  const answer = async (
    reply: FastifyReply,
    run: (watch: ArchiveWatch) => Promise<object>,
  ): Promise<void> => {
    const ending = new AbortController();
    reply.hijack();
    reply.raw.on('close', () => ending.abort());
    const work = streamProgress(reply, run, ending.signal);
    underWay.set(work, ending);
    await work;
    underWay.delete(work);
  };

  app.register(async (control) => {
    control.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'string', bodyLimit: MAX_BODY },
      (_request, body, done) => done(null, body),
    );
    control.post('/control/archive', { onRequest: requireControl }, async (request, reply) => {
      const { to, options } = bodyOf<'archive'>(request, archives);
      await answer(reply, (watch) => archives!.archive(to, options, watch));
    });
    control.post('/control/restore', { onRequest: requireControl }, async (request, reply) => {
      const { from, options } = bodyOf<'restore'>(request, archives);
      await answer(reply, (watch) => archives!.restore(from, options, watch));
    });
  });
}

async function streamProgress(
  { raw }: FastifyReply,
  run: (watch: ArchiveWatch) => Promise<object>,
  signal: AbortSignal,
): Promise<void> {
  const write = (line: object) => raw.write(`${JSON.stringify(line)}\n`);
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  try {
    write({ summary: await run({ onProgress: (progress) => write({ progress }), signal }) });
  } catch (error) {
    write({ error: messageOf(error) });
  }
  raw.end();
}

function bodyOf<Name extends keyof Bodies>(
  request: FastifyRequest,
  archives: Archives | undefined,
): Bodies[Name] {
  if (!archives) {
    throw new HitError(
      'not_found',
      'the server on this data folder runs without a database: stop it, or start it with --tracker db',
    );
  }
  try {
    return JSON.parse(String(request.body)) as Bodies[Name];
  } catch (error) {
    throw new HitError('invalid', `this is not what a command sends: ${messageOf(error)}`, { cause: error });
  }
}
