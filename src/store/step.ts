/**
 * A step of a consumer: the batches that one statement processes.
 *
 * The statement lists no batches, as it is repeated in every part of a long statement: a step takes all batches of each
 * writer that are in the store, from the first to the last. It excludes those that a watermark covers when it begins, so
 * two nodes that take the same step on one server count its hits once.
 */
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
