import { HitError, messageOf } from '../errors.ts';
import type { ImportOptions } from '../logs/import-options.ts';
import type { ImportProgress } from '../logs/import-progress.ts';
import { passErrorsLast } from '../logs/source.ts';
import type { ImportSummary } from '../logs/summary.ts';
import type { ImportTarget } from './import-target.ts';

/**
 * Imports a log to its end. If it is truncated, the summary says so.
 *
 * @throws HitError that the log, or its import, ended with
 */
export async function importLog(
  log: AsyncIterable<Buffer>,
  options: ImportOptions,
  target: ImportTarget,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportSummary> {
  let fault: unknown;
  const readable = passErrorsLast(log, (error) => {
    fault = error;
  });
  const summary = await target.importLog(readable, options, onProgress);
  if (fault instanceof HitError) throw fault;
  return fault === undefined ? summary : { ...summary, broken: messageOf(fault) };
}
