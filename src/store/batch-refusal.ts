import type { ClickHouseError } from '@clickhouse/client';
import { HitError } from '../errors.ts';

/**
 * ClickHouse's errors that only the values of the rows can cause, as they are inserted. Not those of reading: a broken part of the
 * store causes them as well.
 */
const OF_VALUES: ReadonlySet<string> = new Set([
  'ARGUMENT_OUT_OF_BOUND',
  'CANNOT_CONVERT_TYPE',
  'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  'CANNOT_PARSE_DATE',
  'CANNOT_PARSE_DATETIME',
  'CANNOT_PARSE_NUMBER',
  'CANNOT_PARSE_TEXT',
  'DECIMAL_OVERFLOW',
  'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO',
  'TOO_LARGE_STRING_SIZE',
  'UNKNOWN_ELEMENT_OF_ENUM',
  'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
  'VIOLATED_CONSTRAINT',
]);

/**
 * Whether a batch is refused for its own sake, and would be refused again: for the values of its rows, or because the store has a
 * newer batch of its writer.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof HitError) return error.code === 'batch_out_of_order';
  // Not checked by class: the embedded engine's connection has an error class of its own.
  return OF_VALUES.has((error as Partial<ClickHouseError>).type ?? '');
}
