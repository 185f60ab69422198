import { HitError, messageOf } from '../errors.ts';

/** An error of an import as one with a code, which other imports of the same log get too. */
export function importFault(error: unknown): HitError {
  if (error instanceof HitError) return error;
  return new HitError('import_failed', `the log cannot be imported: ${messageOf(error)}`, { cause: error });
}
