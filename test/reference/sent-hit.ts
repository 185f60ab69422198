import type { Hit } from '../../src/hit/hit.ts';

/** A hit that was sent, and what became of it. The reference counts these, one by one. */
export interface SentHit extends Hit {
  /** Its row was purged: only rollups and totals know of it. */
  rowGone: boolean;
  /** The rollups of its day were purged too: only all-time totals know of it. */
  rollupGone: boolean;
}

/** Who sent it: a visitor of two sites is two. */
export function personOf({ site, visitorHigh, visitorLow }: Hit): string {
  return `${site} ${visitorHigh} ${visitorLow}`;
}

/** Different visitors of some hits. */
export function visitorsOf(hits: readonly Hit[]): number {
  const people = new Set<string>();
  for (const hit of hits) people.add(personOf(hit));
  return people.size;
}
