/**
 * A step of a consumer: the batches that one statement processes.
 *
 * The statement lists no batches, as it is repeated in every part of a long statement: a step takes all batches of each
 * writer that are in the store, from the first to the last. It excludes those that a watermark covers when it begins, so
 * two nodes that take the same step on one server count its hits once.
 */
import { isOutOfMemory } from '../clickhouse/faults.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy, type Watermarks, writerOf } from '../clickhouse/watermarks.ts';
import type { PendingBatch } from './ledger.ts';

/** Maximum batches per statement: each is listed in its text. */
const MOST_BATCHES = 5_000;

export interface Step {
  readonly ids: readonly bigint[];
  readonly hits: number;
  /** The last batch of each writer. */
  readonly lasts: Watermarks;
  /** SQL: the hits of the step. */
  readonly scope: string;
}

/**
 * The first step of pending batches: at most `mostHits` hits, but at least one batch.
 *
 * @param pending ascending, not empty
 * @param watermarks SQL: the consumer's watermarks, as a table of `writer` and `last`
 */
export function firstStep(pending: readonly PendingBatch[], mostHits: number, watermarks: string): Step {
  const chosen = batchesUpTo(pending, mostHits);
  const ids = chosen.map(({ id }) => id);
  const lasts = new Map(ids.map((id) => [writerOf(id), id]));
  const befores = new Map(ids.toReversed().map((id) => [writerOf(id), id - 1n]));
  const scope = queryText('step_scope', {
    oldest: String(ids[0]),
    newest: String(ids.at(-1)),
    upToLast: coveredBy(lasts),
    beforeFirst: coveredBy(befores),
    writers: [...lasts.keys()].join(', '),
    watermarks,
  }).trim();
  return { ids, hits: sumOf(chosen), lasts, scope };
}

/**
 * Takes the first step of pending batches. If the engine has too little memory for it, a smaller one is taken, down to one batch:
 * `take` must then insert in shares, as a batch that arrived when there was more memory may be larger than all of it.
 *
 * @returns the step, and the number of hits to try next: `mostHits`, or fewer
 */
export async function takeFirstStep(
  pending: readonly PendingBatch[],
  mostHits: number,
  watermarks: string,
  take: (step: Step) => Promise<void>,
): Promise<{ readonly step: Step; readonly mostHits: number }> {
  for (let most = mostHits; ; ) {
    const step = firstStep(pending, most, watermarks);
    try {
      await take(step);
      return { step, mostHits: most };
    } catch (error) {
      if (step.ids.length === 1 || !isOutOfMemory(error)) throw error;
      most = Math.floor(step.hits / 2);
    }
  }
}

function batchesUpTo(batches: readonly PendingBatch[], mostHits: number): readonly PendingBatch[] {
  let hits = 0;
  const end = batches.findIndex((batch, i) => {
    hits += batch.hits;
    return i > 0 && (hits > mostHits || i >= MOST_BATCHES);
  });
  return end < 0 ? batches : batches.slice(0, end);
}

/** Number of hits of batches. */
export function sumOf(batches: readonly PendingBatch[]): number {
  return batches.reduce((sum, { hits }) => sum + hits, 0);
}
