/**
 * The hits and visits that a query is about.
 *
 * Choices where the contract is silent: bots are excluded, as in `GET /stats`. If a filter names a dimension of bots, also within
 * `has_done`, bots are included and the filter decides. If a query is grouped by such a dimension, only bots are counted, as in
 * `GET /top?by=bot`. An explicit `bots` takes precedence.
 */

import type { Labels } from './dimension.ts';
import { allTest, counts, type HitTest, names } from './filter.ts';
import type { Period } from './period.ts';
import type { Dimension, Filter, Scope } from './query.ts';
import type { HitInVisit, Visit } from './visit.ts';

/** Everything that was sent, as visits. */
export interface Dataset {
  readonly visits: readonly Visit[];
  readonly labels: Labels;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Selection {
  /** All visits of the selected sites, people or bots. */
  readonly visits: readonly Visit[];
  /** Their hits in the period, including signals. */
  readonly hits: readonly HitInVisit[];
  /** Whether a hit or signal matches the filters. */
  readonly matches: HitTest;
  /** Whether a hit may count; see `counts` in filter.ts. */
  readonly counts: HitTest;
}

type SelectionRequest = Scope & { readonly dimensions?: readonly Dimension[] };

/** Visits of the sites that a query is about, of people and bots. */
export function visitsOfSites({ visits }: Dataset, { site }: Scope): readonly Visit[] {
  if (site === undefined) return visits;
  const sites = typeof site === 'string' ? [site] : site;
  return visits.filter((visit) => sites.includes(visit.site));
}

export function selectionOf(dataset: Dataset, request: SelectionRequest, { from, to }: Period): Selection {
  const { labels } = dataset;
  const { dimensions = [], filters = [] } = request;
  const bots = botsOf(request);
  const visits = visitsOfSites(dataset, request).filter(
    ({ isOfBot }) => bots === 'include' || isOfBot === (bots === 'only'),
  );
  const hits: HitInVisit[] = [];
  for (const visit of visits) {
    for (const each of visit.hits) if (each.hit.time >= from && each.hit.time < to) hits.push(each);
  }
  const isGoal = (dimension: string) => dimension === 'goal';
  const namesGoals = dimensions.some(isGoal) || filters.some((filter) => names(filter, isGoal));
  const counted: HitTest = (hit) => counts(hit, namesGoals, labels);
  return { visits, hits, matches: allTest(filters, { labels, hits }), counts: counted };
}

/** Visits that start in a period and have a hit that counts and matches. */
export function visitsIn({ visits, matches, counts }: Selection, { from, to }: Period): Visit[] {
  const started = visits.filter(({ start }) => start >= from && start < to);
  return started.filter(({ hits }) => hits.some((hit) => counts(hit) && matches(hit)));
}

export function botsOf({
  bots,
  dimensions = [],
  filters = [],
}: SelectionRequest): NonNullable<Scope['bots']> {
  const isOfBots = (dimension: string) => ['bot', 'bot_operator', 'bot_kind'].includes(dimension);
  if (bots !== undefined) return bots;
  if (dimensions.some(isOfBots)) return 'only';
  return filters.some((filter) => names(filter, isOfBots) || isDone(filter, isOfBots))
    ? 'include'
    : 'exclude';
}

/** Whether a filter says what visitors have done, or not, with a dimension. */
function isDone(filter: Filter, isMeant: (dimension: string) => boolean): boolean {
  switch (filter[0]) {
    case 'and':
    case 'or':
      return filter[1].some((each) => isDone(each, isMeant));
    case 'not':
      return isDone(filter[1], isMeant);
    case 'has_done':
    case 'has_not_done':
      return names(filter[1], isMeant) || isDone(filter[1], isMeant);
    default:
      return false;
  }
}
