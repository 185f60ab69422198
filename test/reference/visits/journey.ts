/**
 * Journeys: the pages viewed before or after a page. Choices where the contract is silent:
 *
 * - Paths consist of page views within a visit that starts in the period. Consecutive views of one page are one step, as in
 *   Plausible. A visit counts once: after a page from its first view of it, before a page from its last one. So the
 *   continuations of a path add up to its visits. (Plausible counts visitors, at every occurrence.)
 * - null is the end of the visit, or its start: Plausible's "No further action". No path continues from there.
 * - Each path has at most `limit` continuations, by default 10, those with the most visits. Ties are in order of the page, by
 *   UTF-8 bytes, null first. Continuations of a path that is left out are left out as well.
 * - If the page is a pattern, the first matching view is the anchor, and later matching views are steps.
 * - A filter chooses the whole visits in which a hit matches.
 */

import { scopePeriod } from './answer.ts';
import type { JourneyAnswer, JourneyQuery, PagePath } from './query.ts';
import { type Dataset, selectionOf, visitsIn } from './selection.ts';
import type { Visit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

const LIMIT = 10;

interface VisitPath {
  readonly visit: Visit;
  readonly pages: readonly (string | null)[];
}

export function journey(dataset: Dataset, query: JourneyQuery): JourneyAnswer {
  const period = scopePeriod(dataset, query);
  const matches = matcherOf(query.page);
  const visitPaths: VisitPath[] = [];
  for (const visit of visitsIn(selectionOf(dataset, query, period), period)) {
    const pages = pagesOf(visit);
    if (query.direction === 'before') pages.reverse();
    const start = pages.findIndex(matches);
    if (start < 0) continue;
    visitPaths.push({ visit, pages: [...pages.slice(start + 1), null].slice(0, query.steps) });
  }
  const paths = pathsFrom([], visitPaths, query.limit ?? LIMIT).toSorted(
    (a, b) => a.pages.length - b.pages.length || b.visits - a.visits || comparePages(a, b),
  );
  return { visits: visitPaths.length, visitors: visitorsOf(visitPaths), paths };
}

/** Pages in order; one that is viewed several times in a row once. */
function pagesOf({ hits }: Visit): string[] {
  const pages: string[] = [];
  for (const { kind, hit } of hits)
    if (kind === 'pageview' && pages.at(-1) !== hit.path) pages.push(hit.path);
  return pages;
}

/** Ways that go on from one, and those that go on from them. */
function pathsFrom(
  prefix: readonly (string | null)[],
  visitPaths: readonly VisitPath[],
  limit: number,
): PagePath[] {
  const byNext = new Map<string | null, VisitPath[]>();
  for (const walk of visitPaths) {
    const next = walk.pages[prefix.length];
    if (next !== undefined) byNext.set(next, [...(byNext.get(next) ?? []), walk]);
  }
  const found = Array.from(byNext, ([next, own]) => {
    const path: PagePath = { pages: [...prefix, next], visits: own.length, visitors: visitorsOf(own) };
    return { path, own };
  });
  const kept = found
    .toSorted((a, b) => b.path.visits - a.path.visits || comparePages(a.path, b.path))
    .slice(0, limit);
  return kept.flatMap(({ path, own }) => [path, ...pathsFrom(path.pages, own, limit)]);
}

function visitorsOf(visitPaths: readonly VisitPath[]): number {
  return new Set(visitPaths.map(({ visit }) => visit.visitor)).size;
}

function comparePages(a: PagePath, b: PagePath): number {
  for (const [at, page] of a.pages.entries()) {
    const other = b.pages[at];
    if (page === other) continue;
    if (page === null) return -1;
    if (other === null || other === undefined) return 1;
    return Buffer.compare(Buffer.from(page), Buffer.from(other));
  }
  return 0;
}
