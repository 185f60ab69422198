import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HitError, messageOf } from '../errors.ts';
import { syncFile } from '../files/durable.ts';
import { exportHits } from '../query/export.ts';
import type { QueryParams } from '../query/params.ts';
import { readSelection } from '../query/selection.ts';
import { bytesText } from '../report/number-text.ts';
import { EXPORT_SETTINGS } from '../settings/export.ts';
import type { Values } from '../settings/setting.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command, Terminal } from './command.ts';
import { ControlClient, queryOf } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { unexpected } from './usage.ts';

type ExportValues = Values<typeof EXPORT_SETTINGS>;

/** Milliseconds between two updates of the progress line. */
const PROGRESS_EVERY = 200;

export const exportStore: Command<typeof EXPORT_SETTINGS> = {
  usage: '[options]',
  settings: EXPORT_SETTINGS,
  examples: [
    'hit-tracker export --from 2026-11-01 --to 2026-12-01 > november.csv',
    'hit-tracker export --format ndjson --site example.com | jq .path',
    'hit-tracker export --format parquet --bots include --output hits.parquet',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const params = queryParamsOf(values);
    check(params);
    if (values.output === '-' && values.format === 'parquet' && terminal.stdout.isTTY) {
      throw new HitError('bad_usage', 'Parquet is not for a terminal: name a file with --output');
    }
    const interrupted = terminal.interruption();
    try {
      await using hits = await openHits(values, params, interrupted);
      const bytes = withProgress(hits.bytes, terminal);
      if (values.output === '-') await writeOut(bytes, terminal.stdout, interrupted);
      else await writeFile(bytes, values.output!, interrupted);
    } catch (error) {
      if (interrupted.aborted)
        throw new HitError('interrupted', 'the export was interrupted: it is incomplete');
      throw error;
    }
  },
};

function queryParamsOf({ from, to, site, filter, bots, status, class: classes }: ExportValues): QueryParams {
  const params = { from, to, site, filter, bots, status, class: classes };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** @throws HitError `bad_usage`, before the store is opened */
function check(params: QueryParams): void {
  try {
    readSelection(params);
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

interface OpenHits extends AsyncDisposable {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** From the server that runs on the data folder, or from the folder itself. */
async function openHits(
  values: ExportValues,
  params: QueryParams,
  interrupted: AbortSignal,
): Promise<OpenHits> {
  const control = await ControlClient.connect(values['data-dir']!);
  if (control) {
    const bytes = await control.stream(`/api/v1/export?${queryOf({ ...params, format: values.format! })}`);
    return {
      bytes,
      [Symbol.asyncDispose]: async () => {
        bytes.destroy();
      },
    };
  }
  assertStore(values['data-dir']!, values.store);
  await using stack = new AsyncDisposableStack();
  const db = stack.use(await DBTracker.open({ dataDir: values['data-dir']!, store: values.store! }));
  await db.spool.flush({ mayFail: true });
  const selection = readSelection(params);
  const hits = stack.use(await exportHits(db, selection, values.format!, interrupted));
  const held = stack.move();
  return { bytes: hits.bytes, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Shows the progress on a terminal. */
async function* withProgress(bytes: AsyncIterable<Uint8Array>, { stderr }: Terminal) {
  const started = performance.now();
  let drawn = started;
  let size = 0;
  try {
    for await (const chunk of bytes) {
      yield chunk;
      size += chunk.length;
      const now = performance.now();
      if (!stderr.isTTY || now - drawn < PROGRESS_EVERY) continue;
      drawn = now;
      const rate = bytesText(Math.round((size * 1000) / (now - started)));
      stderr.write(`\rexport  ${bytesText(size)}  ${rate}/s\x1b[K`);
    }
  } finally {
    if (stderr.isTTY) stderr.write('\r\x1b[K');
  }
}

function writeOut(bytes: AsyncIterable<Uint8Array>, stdout: Writable, signal: AbortSignal): Promise<void> {
  return pipeline(bytes, stdout, { end: false, signal });
}

/**
 * Writes a temporary file and renames it, so that a file of this name is complete. Devices and pipes are written to: they must not
 * be replaced by a file.
 *
 * @throws HitError `output_failed`
 */
async function writeFile(bytes: AsyncIterable<Uint8Array>, file: string, signal: AbortSignal): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw outputFault(file, 'it is a folder');
  if (existing && !existing.isFile()) {
    await writeTo(file, bytes, signal);
    return;
  }
  const beside = `${file}.part`;
  try {
    await writeTo(beside, bytes, signal);
    await syncFile(beside);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** @throws HitError `output_failed` if the file, and not the store, fails */
async function writeTo(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  let readFault: unknown;
  const source = async function* () {
    try {
      yield* bytes;
    } catch (error) {
      readFault = error;
      throw error;
    }
  };
  try {
    await pipeline(source, createWriteStream(path), { signal });
  } catch (error) {
    throw signal.aborted || error === readFault ? error : outputFault(path, error);
  }
}

function outputFault(path: string, cause: unknown): HitError {
  return new HitError('output_failed', `the export cannot be written to ${path}: ${messageOf(cause)}`, {
    cause,
  });
}
