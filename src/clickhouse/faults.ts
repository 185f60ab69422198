import type { ClickHouseError } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';

/** What to say of ClickHouse's errors of a query that exceeds its limits. */
const OUT_OF_BOUNDS: Readonly<Record<string, string>> = {
  TIMEOUT_EXCEEDED: 'the query takes too much time: query a shorter period',
  MEMORY_LIMIT_EXCEEDED:
    'the query takes too much memory: query a shorter period. A query may take 60 % of what the engine has, at most 2 GB: if the server, or its container, has less than 4 GB, give it more',
};

/** Its names for a statement with too many parts. */
const TOO_LARGE = ['TOO_BIG_AST', 'TOO_DEEP_AST', 'TOO_DEEP_RECURSION'];

/** Whether the engine refused a statement because of its memory. A fault of the store has the engine's error as its cause. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { type, cause } = error as Partial<ClickHouseError>;
  return type === 'MEMORY_LIMIT_EXCEEDED' || isOutOfMemory(cause);
}

/** The error to report for a failed query. */
export function queryFault(error: unknown): HitError {
  // Not checked by class: the embedded engine's connection has an error class of its own.
  const { type } = error as Partial<ClickHouseError>;
  if (type !== undefined && TOO_LARGE.includes(type)) {
    const message = 'the query has too many conditions and goals together: ask for fewer';
    return new HitError('invalid', message, { cause: error });
  }
  const message = type === undefined ? undefined : OUT_OF_BOUNDS[type];
  if (message === undefined) return unavailable(error);
  return new HitError('query_timeout', message, { cause: error });
}

/** The error to report for a failed statement. */
export function unavailable(error: unknown): HitError {
  if (error instanceof HitError) return error;
  return new HitError('store_unavailable', `the store failed: ${messageOf(error)}`, {
    cause: error,
    retryAfter: 5,
  });
}
