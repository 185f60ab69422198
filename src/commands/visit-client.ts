/** Asks the server that runs on a data folder about visits, or else the folder itself. */
import { archiveLocation } from '../archive/address.ts';
import { HitError, messageOf } from '../errors.ts';
import { Resources } from '../query/resources/resources.ts';
import { wholeText } from '../report/number-text.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Terminal } from './command.ts';
import { ControlClient } from './control-client.ts';
import { StatusLine } from './status-line.ts';
import type { VisitValues } from './visit-flags.ts';

/** Milliseconds after which a terminal shows that an answer is under way. */
const PATIENCE = 1000;

/** What is asked: of a server, or of a data folder and what is kept in it for sites. */
export interface VisitQuestion<Answer> {
  readonly path: string;
  readonly query: object;
  /** @throws HitError `invalid` for a question that is not understood */
  check(resources: Resources): void;
  answer(db: DBTracker, resources: Resources): Promise<Answer>;
}

/** @throws HitError `bad_usage` for a question that is not understood, before a store is opened */
export async function askVisits<Answer>(
  values: VisitValues,
  question: VisitQuestion<Answer>,
  terminal: Terminal,
): Promise<Answer> {
  const started = performance.now();
  return StatusLine.during<number, Answer>(terminal, waitingText, async (onProgress) => {
    const timer = setInterval(() => {
      const waited = performance.now() - started;
      if (waited >= PATIENCE) onProgress(waited);
    }, PATIENCE / 4);
    try {
      return await ask(values, question);
    } finally {
      clearInterval(timer);
    }
  });
}

async function ask<Answer>(values: VisitValues, question: VisitQuestion<Answer>): Promise<Answer> {
  const { 'data-dir': folder, archive: where } = values;
  const dataDir = folder!;
  const archive = where === undefined ? undefined : archiveLocation(where, '--archive', values);
  const control = await ControlClient.connect(dataDir);
  if (control) {
    if (archive)
      throw new HitError(
        'bad_usage',
        'a server runs on this data folder: start it with --archive, and omit it here',
      );
    return control.send<Answer>('POST', question.path, question.query);
  }
  const resources = new Resources(dataDir);
  try {
    question.check(resources);
    await using db = await DBTracker.open({ dataDir, store: values.store!, archive });
    if (db.archive?.isEmpty) throw new HitError('archive_failed', `there is no archive at ${where}`);
    return await question.answer(db, resources);
  } catch (error) {
    if (!(error instanceof HitError) || error.code !== 'invalid') throw error;
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

function waitingText(milliseconds: number): string {
  return `waiting for the answer  ${wholeText(Math.floor(milliseconds / 1000))} s`;
}
