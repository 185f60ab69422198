/** Pipes among the logs of an import. They are surveyed by their beginning, as they cannot be read twice. */

import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { streamChunks } from '../logs/chunks.ts';
import { PIPE_SAMPLE, sampleOfPipe } from '../logs/samples.ts';
import { ReadBuffer } from '../logs/window.ts';
import type { Terminal } from './command.ts';
import { isBrotli, type SurveyedLog, type SurveyValues, surveyOf } from './import-checks.ts';

/** Milliseconds after the first bytes for which the beginning of a pipe waits for more. */
const SAMPLE_TIME = 1000;

export interface SurveyedPipe {
  readonly surveyed: SurveyedLog;
  /** The bytes of the whole pipe. */
  readonly whole: AsyncIterable<Buffer>;
}

/** The pipes, by their index among the logs. */
export type Pipes = ReadonlyMap<number, SurveyedPipe>;

/**
 * Reads the beginning of each pipe.
 *
 * @param sizes of the files, in bytes; undefined for a pipe
 * @param stop ends the reading, also of the rest, which then throws
 */
export async function surveyPipes(
  files: readonly string[],
  sizes: readonly (number | undefined)[],
  values: SurveyValues,
  { stdin }: Pick<Terminal, 'stdin'>,
  stop: AbortSignal,
): Promise<Pipes> {
  const pipes = new Map<number, SurveyedPipe>();
  for (const [index, file] of files.entries()) {
    if (sizes[index] !== undefined) continue;
    const chunks = streamChunks(file === '-' ? stdin : createReadStream(file), stop);
    pipes.set(
      index,
      await surveyPipe(chunks, nameOf(file), { ...values, brotli: isBrotli(file, values.brotli!) }),
    );
  }
  return pipes;
}

/** Reads the beginning of a pipe: what comes within a second after its first bytes. */
export async function surveyPipe(
  chunks: AsyncIterable<Buffer>,
  name: string,
  values: SurveyValues,
): Promise<SurveyedPipe> {
  const pipe = new ReadBuffer(chunks);
  await readBeginning(pipe);
  const sample = sampleOfPipe(Buffer.from(pipe.peek()), values.brotli!, name);
  const surveyed = await surveyOf(name, sample, values);
  // Unreadable lines cannot be counted wrong, and readable ones may follow: the summary lists the failures.
  const findings = surveyed.survey.read > 0 ? surveyed.findings : [];
  return { surveyed: { ...surveyed, findings }, whole: contentOf(pipe) };
}

async function readBeginning(pipe: ReadBuffer): Promise<void> {
  try {
    await pipe.read();
    const due = performance.now() + SAMPLE_TIME;
    while (!pipe.ended && pipe.length < PIPE_SAMPLE) {
      if (!(await pipe.read(Math.max(0, due - performance.now())))) return;
    }
  } catch {
    // It is thrown again when the pipe is imported.
  }
}

async function* contentOf(pipe: ReadBuffer): AsyncGenerator<Buffer> {
  for (;;) {
    if (pipe.length > 0) yield pipe.take(pipe.length);
    if (pipe.ended) return;
    await pipe.read();
  }
}

/** The name of a log for messages. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : basename(file);
}
