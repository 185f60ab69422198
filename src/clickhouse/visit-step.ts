import { queryText } from './sql.ts';
import { VISIT_FRAGMENTS, visitFragments } from './visit-columns.ts';
import { deduplicationSql, type Watermarks } from './watermarks.ts';

/**
 * The statement that adds hits to the visits: see `visits_step.sql`.
 *
 * @param scope SQL: which hits. None of them may be in the visits already
 * @param watermarks the last batch of each writer in the scope, which is in the visits afterwards; none for a rebuild
 * @param there the columns of `visits`
 */
export function visitStep(scope: string, watermarks: Watermarks, there: ReadonlySet<string>): string {
  return queryText('visits_step', { ...visitStepFragments(scope, watermarks), ...visitFragments(there) });
}

export function visitStepFragments(scope: string, watermarks: Watermarks): Record<string, string> {
  return {
    ...VISIT_FRAGMENTS,
    scope,
    touched: queryText('visits_touched', { scope }).trim(),
    watermarks: watermarkTuples(watermarks),
    insert_deduplicate: deduplicationSql(watermarks),
  };
}

/** SQL: an array of (writer, last batch). Made of literals only, it is one element of the syntax tree, whose size is limited. */
export function watermarkTuples(watermarks: Watermarks): string {
  const tuples = Array.from(watermarks, ([writer, last]) => `(${writer}, ${last})`);
  return `[${tuples.join(', ')}]::Array(Tuple(UInt64, UInt64))`;
}
