/** Runs queries about visits, and shows on a terminal that they take time. */
import { archiveLocation } from '../archive/address.ts';
import { wholeText } from '../report/number-text.ts';
import type { Terminal } from './command.ts';
import { type AnyAnswer, ask, type QueryRequest } from './query-client.ts';
import { StatusLine } from './status-line.ts';
import type { VisitValues } from './visit-flags.ts';

/** Milliseconds after which a terminal shows that the answer is pending. */
const QUIET = 1000;

/** @throws HitError as `ask` does */
export async function askVisits<Answer extends AnyAnswer>(
  values: VisitValues,
  request: QueryRequest<Answer>,
  terminal: Terminal,
): Promise<Answer> {
  const { archive: where } = values;
  const archive = where === undefined ? undefined : archiveLocation(where, '--archive', values);
  const started = performance.now();
  const warnings: string[] = [];
  const answer = await StatusLine.during<number, Answer>(terminal, waitingText, async (onProgress) => {
    const timer = setInterval(() => {
      const waited = performance.now() - started;
      if (waited >= QUIET) onProgress(waited);
    }, QUIET / 4);
    try {
      return await ask(values, request, (message) => warnings.push(message), archive);
    } finally {
      clearInterval(timer);
    }
  });
  // After the line, which is redrawn in place.
  for (const message of warnings) terminal.stderr.write(`${message}\n`);
  return answer;
}

function waitingText(milliseconds: number): string {
  return `waiting for the answer  ${wholeText(Math.floor(milliseconds / 1000))} s`;
}
