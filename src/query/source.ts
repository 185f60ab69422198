import { areSame } from '../clickhouse/watermarks.ts';
import { type Unrolled, unrolledOf, watermarksOf } from '../rollup/rollups.ts';
import type { Store } from '../store/store.ts';

/** Hits that are not in the store, but can be queried together with it. */
export interface ArchiveSource {
  /** SQL of a table with the hits of the store and the others, of a site ('' is all) and a period. */
  hitsOf(range: { readonly site: string; readonly from: number; readonly to: number }): Promise<string>;
  /** The time of the first other hit, in milliseconds since 1970; undefined if there is none. */
  firstOf(site: string): Promise<number | undefined>;
}

/** The data sources of queries. */
export interface Source {
  readonly store: Store;
  readonly archive?: ArchiveSource | undefined;
  /** Largest number of hits that a query scans if rollups could answer too. Default: 500,000. */
  readonly maxScannedHits?: number;
}

/** Rows of a query; numbers are text or numbers, depending on the engine's version. */
export type Row<Name extends string> = Record<Name, string | number>;

/** Attempts to read rollups and their watermarks at the same moment. Watermarks change every few minutes. */
const MAX_ATTEMPTS = 4;

/**
 * Queries rolled-up data together with the rest. Both are read at the same moment: if hits were rolled up meanwhile,
 * it queries again.
 */
export async function withConsistentRollups<Result>(
  store: Store,
  ask: (fresh: Unrolled) => Promise<Result>,
): Promise<Result> {
  let watermarks = await watermarksOf(store);
  for (let tries = 1; ; tries++) {
    const result = await ask(unrolledOf(watermarks, await store.oldestPending()));
    const now = await watermarksOf(store);
    if (tries === MAX_ATTEMPTS || areSame(watermarks, now)) return result;
    watermarks = now;
  }
}
