import { type Unrolled, unrolledOf, watermarksOf } from '../rollup/rollups.ts';
import type { Store } from '../store/store.ts';

/** Hits that are not in the store, but can be asked for with those that are. */
export interface ArchiveSource {
  /** SQL of a table that holds the hits of the store and the others, of a site ('' is all) and a period. */
  hitsOf(question: { readonly site: string; readonly from: number; readonly to: number }): Promise<string>;
  /** The first of them, in milliseconds since 1970; undefined if there is none. */
  firstOf(site: string): Promise<number | undefined>;
}

/** Where answers come from. */
export interface Source {
  readonly store: Store;
  readonly archive?: ArchiveSource | undefined;
  /** Hits up to which a question reads them one by one, where rollups could answer too. Default: 500,000. */
  readonly maxScannedHits?: number;
}

/** Rows of a query, with numbers as texts or as numbers, depending on the engine's version. */
export type Row<Name extends string> = Record<Name, string | number>;

/** Tries to see rollups and their watermarks at one moment. Watermarks change every few minutes. */
const TRIES = 4;

/**
 * Asks for what is rolled up and what is not. The two are seen at one moment: if hits were rolled up meanwhile, it asks
 * again.
 */
export async function withConsistentRollups<Result>(
  store: Store,
  ask: (fresh: Unrolled) => Promise<Result>,
): Promise<Result> {
  let watermarks = await watermarksOf(store);
  for (let tries = 1; ; tries++) {
    const result = await ask(unrolledOf(watermarks, await store.oldestPending()));
    const now = await watermarksOf(store);
    if (tries === TRIES || [...now].every(([writer, last]) => watermarks.get(writer) === last)) return result;
    watermarks = now;
  }
}
