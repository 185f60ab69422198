/**
 * Journeys: which pages visits go to after a page, or came from before it. What the contract leaves open:
 *
 * - Ways are of page views within a visit that begins in the period; a page that is viewed several times in a row is one step
 *   (as in Plausible). A visit counts once, by its first view of the page for what came after it, by its last for what came
 *   before: so the ways on from one way add up to its visits. (Plausible counts visitors at each occurrence.)
 * - null stands for the end of the visit, or its begin: Plausible's "No further action". No way goes on from there.
 * - Each way has at most `limit` ways that go on from it, those with most visits, by default 10; among equals those first by
 *   the bytes of the page, null before all. Ways that go on from one that is left out are left out.
 * - With a pattern, views of different pages that match are different steps; the way is that after the first of them.
 * - A filter chooses whole visits in which a hit matches.
 */

import { scopePeriod } from './answer.ts';
import type { JourneyAnswer, JourneyQuery, Way } from './query.ts';
import { selectionOf, visitsIn, type World } from './selection.ts';
import type { Visit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

const LIMIT = 10;

interface Walk {
  readonly visit: Visit;
  readonly pages: readonly (string | null)[];
}

export function journey(world: World, query: JourneyQuery): JourneyAnswer {
  const period = scopePeriod(world, query);
  const matches = matcherOf(query.page);
  const walks: Walk[] = [];
  for (const visit of visitsIn(selectionOf(world, query, period), period)) {
    const pages = pagesOf(visit);
    if (query.direction === 'before') pages.reverse();
    const start = pages.findIndex(matches);
    if (start < 0) continue;
    walks.push({ visit, pages: [...pages.slice(start + 1), null].slice(0, query.steps) });
  }
  const ways = waysOn([], walks, query.limit ?? LIMIT).toSorted(
    (a, b) => a.pages.length - b.pages.length || b.visits - a.visits || comparePages(a, b),
  );
  return { visits: walks.length, visitors: visitorsOf(walks), ways };
}

/** Pages in order; one that is viewed several times in a row once. */
function pagesOf({ hits }: Visit): string[] {
  const pages: string[] = [];
  for (const { is, hit } of hits) if (is === 'pageview' && pages.at(-1) !== hit.path) pages.push(hit.path);
  return pages;
}

/** Ways that go on from one, and those that go on from them. */
function waysOn(begun: readonly (string | null)[], walks: readonly Walk[], limit: number): Way[] {
  const byNext = new Map<string | null, Walk[]>();
  for (const walk of walks) {
    const next = walk.pages[begun.length];
    if (next !== undefined) byNext.set(next, [...(byNext.get(next) ?? []), walk]);
  }
  const found = Array.from(byNext, ([next, own]) => {
    const way: Way = { pages: [...begun, next], visits: own.length, visitors: visitorsOf(own) };
    return { way, own };
  });
  const kept = found
    .toSorted((a, b) => b.way.visits - a.way.visits || comparePages(a.way, b.way))
    .slice(0, limit);
  return kept.flatMap(({ way, own }) => [way, ...waysOn(way.pages, own, limit)]);
}

function visitorsOf(walks: readonly Walk[]): number {
  return new Set(walks.map(({ visit }) => visit.person)).size;
}

function comparePages(a: Way, b: Way): number {
  for (const [at, page] of a.pages.entries()) {
    const other = b.pages[at];
    if (page === other) continue;
    if (page === null) return -1;
    if (other === null || other === undefined) return 1;
    return Buffer.compare(Buffer.from(page), Buffer.from(other));
  }
  return 0;
}
