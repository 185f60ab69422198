import type { Hit } from '../../src/hit/hit.ts';

/** A sent hit and its state. The reference counts these one by one. */
export interface SentHit extends Hit {
  /** Its row was purged: only rollups and totals include it. */
  rowGone: boolean;
  /** The rollups of its day were purged too: only all-time totals include it. */
  rollupGone: boolean;
}

/** Its visitor: a visitor of two sites counts as two. */
export function personOf({ site, visitorHigh, visitorLow }: Hit): string {
  return `${site} ${visitorHigh} ${visitorLow}`;
}

/** Distinct visitors of some hits. */
export function visitorsOf(hits: readonly Hit[]): number {
  const people = new Set<string>();
  for (const hit of hits) people.add(personOf(hit));
  return people.size;
}
