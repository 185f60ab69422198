/** Records of deleted sites, in the table `deletions`. */
import { readWatermarks, type Watermarks } from '../clickhouse/watermarks.ts';
import type { Store } from '../store/store.ts';

/** A site that is deleted, with its hits up to the last batch of each writer. */
export interface Deletion {
  readonly site: string;
  /** Milliseconds since 1970. */
  readonly requested: number;
  readonly watermarks: Watermarks;
}

/** Records a deletion: from now on it is completed, whatever happens. @throws HitError `store_unavailable` */
export function recordBegin(store: Store, deletion: Deletion): Promise<void> {
  return record(store, deletion, false);
}

/** Records that nothing of it is left to do. @throws HitError `store_unavailable` */
export function recordEnd(store: Store, deletion: Deletion): Promise<void> {
  return record(store, deletion, true);
}

/** Deletions that were begun and not completed, in the order in which they were requested. */
export async function pendingDeletions(store: Store): Promise<Deletion[]> {
  return (await allDeletions(store)).filter(({ isDone }) => !isDone);
}

/** All deletions, also completed ones. */
export async function allDeletions(store: Store): Promise<(Deletion & { readonly isDone: boolean })[]> {
  const rows = await store.rows<{
    site: string;
    requested: string | number;
    writers: number[];
    lasts: string[];
    is_done: number;
  }>('deletions', {});
  return rows.map(({ site, requested, writers, lasts, is_done }) => ({
    ...{ site, requested: Number(requested), isDone: Number(is_done) === 1 },
    watermarks: readWatermarks(writers.map((writer, at) => ({ writer, last: lasts[at]! }))),
  }));
}

async function record(
  store: Store,
  { site, requested, watermarks }: Deletion,
  isDone: boolean,
): Promise<void> {
  await store.execute('deletion_record', {
    ...{ site, requested, writers: [...watermarks.keys()], lasts: [...watermarks.values()] },
    is_done: Number(isDone),
  });
}
