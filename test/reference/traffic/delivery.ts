/**
 * Delivery: hits arrive from several nodes, in batches that overtake one another, some of them late.
 *
 * Hits of one visitor with equal times come from one node, in the order in which they happened: there is no order between
 * nodes that all could agree on.
 */

import type { VisitHit } from '../visits/visit-hit.ts';
import type { Random } from './random.ts';
import { LOG_SITE } from './values.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A slice of all hits; `end` is exclusive. */
export interface Batch {
  readonly node: number;
  readonly start: number;
  readonly end: number;
}

interface Sent {
  readonly hit: VisitHit;
  readonly node: number;
  readonly at: number;
}

/** @param visitors the hits of each visitor, in the order in which they happen */
export function delivered(
  random: Random,
  visitors: readonly (readonly VisitHit[])[],
  nodes: number,
): { hits: VisitHit[]; batches: Batch[] } {
  const sent = visitors.flatMap((hits) => sentBy(random, hits, nodes)).toSorted((a, b) => a.at - b.at);
  const open = Array.from({ length: nodes }, (): Sent[] => []);
  const closed: { node: number; sent: Sent[]; at: number }[] = [];
  const lastAt = new Array<number>(nodes).fill(0);
  const close = (node: number, at: number) => {
    // A node delivers its own batches in order; other nodes may deliver in between.
    lastAt[node] = Math.max(
      lastAt[node]!,
      at + random.integer(0, random.chance(0.1) ? 30 * MINUTE : 5 * SECOND),
    );
    closed.push({ node, sent: open[node]!, at: lastAt[node]! });
    open[node] = [];
  };
  for (const each of sent) {
    open[each.node]!.push(each);
    if (random.chance(0.01) || open[each.node]!.length >= 400) close(each.node, each.at);
  }
  for (let node = 0; node < nodes; node++) if (open[node]!.length > 0) close(node, Number.MAX_SAFE_INTEGER);
  const hits: VisitHit[] = [];
  const batches: Batch[] = [];
  for (const batch of closed.toSorted((a, b) => a.at - b.at)) {
    const start = hits.length;
    for (const { hit } of batch.sent) hits.push(hit);
    batches.push({ node: batch.node, start, end: hits.length });
  }
  return { hits, batches };
}

function sentBy(random: Random, hits: readonly VisitHit[], nodes: number): Sent[] {
  const home = random.integer(0, nodes - 1);
  const times = new Map<number, number>();
  for (const { time } of hits) times.set(time, (times.get(time) ?? 0) + 1);
  const isLogged = hits[0]?.site === LOG_SITE;
  const inOrder = isLogged ? hits.toSorted((a, b) => a.time - b.time) : hits;
  return inOrder.map((hit) => {
    // Access logs are imported at the end, line by line.
    if (isLogged) return { hit, node: home, at: hit.time + 1000 * DAY };
    const isAlone = times.get(hit.time) === 1;
    const node = isAlone && random.chance(0.2) ? random.integer(0, nodes - 1) : home;
    return { hit, node, at: hit.time + (isAlone ? delayOf(random) : 50) };
  });
}

function delayOf(random: Random): number {
  if (random.chance(0.03)) return random.integer(MINUTE, DAY);
  return random.integer(0, 2 * SECOND);
}
