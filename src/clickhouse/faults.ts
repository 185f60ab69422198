import type { ClickHouseError } from '@clickhouse/client';
import { HitError, messageOf } from '../errors.ts';

/** ClickHouse's own names for what ends a query that ran into its bounds. */
const OUT_OF_BOUNDS = ['TIMEOUT_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED'];

/** What a query that failed is told as. */
export function queryFault(error: unknown): HitError {
  // Not asked for by its class, of which the embedded engine's connection has one of its own.
  const { type } = error as Partial<ClickHouseError>;
  if (type === undefined || !OUT_OF_BOUNDS.includes(type)) return unavailable(error);
  const message = 'the query takes too much time or memory: ask for a shorter period';
  return new HitError('query_timeout', message, { cause: error });
}

/** What a statement that failed is told as. */
export function unavailable(error: unknown): HitError {
  if (error instanceof HitError) return error;
  return new HitError('store_unavailable', `the store failed: ${messageOf(error)}`, {
    cause: error,
    retryAfter: 5,
  });
}
