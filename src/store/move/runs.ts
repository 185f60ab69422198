import type { Aside } from '../aside.ts';
import { runOf } from '../marks.ts';
import { queryText } from '../sql.ts';

/** Runs of programs, which are the low bits of batches: see `store/marks.ts`. */
export type Runs = ReadonlySet<number>;

/** Run → how many rows of a table it wrote. */
export async function runsOf(
  aside: Aside,
  table: 'hits' | 'hit_counts',
): Promise<ReadonlyMap<number, number>> {
  const found = await aside.rows<Record<'run' | 'rows', string | number>>(queryText('move_runs', { table }));
  return new Map(found.map(({ run, rows }) => [Number(run), Number(rows)]));
}

/** SQL: whether a batch is of one of some runs. */
export function ofRuns(runs: Runs): string {
  return runs.size === 0 ? 'false' : `${runOf()} IN (${[...runs].join(', ')})`;
}
