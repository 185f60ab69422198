/**
 * Which hits and visits a question is about.
 *
 * Where the contract is silent: bots are left out, as in `GET /stats`, unless a filter names a dimension of bots, which then
 * decides; grouped by one, only bots are counted, as in `GET /top?by=bot`. `bots` overrules both.
 */

import type { Naming } from './dimension.ts';
import { allTest, counts, type HitTest, names } from './filter.ts';
import type { Period } from './period.ts';
import type { Dimension, Scope } from './query.ts';
import type { Visit, VisitedHit } from './visit.ts';

/** What is known: all that was sent, in visits. */
export interface World {
  readonly visits: readonly Visit[];
  readonly naming: Naming;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Selection {
  /** All visits of the sites, of people or bots. */
  readonly visits: readonly Visit[];
  /** Their hits in the period, signals too. */
  readonly hits: readonly VisitedHit[];
  /** Whether the filters choose a hit or a signal. */
  readonly matches: HitTest;
  /** Whether a hit may count: signals do only as conversions, where goals are named. */
  readonly counts: HitTest;
}

type Asked = Scope & { readonly dimensions?: readonly Dimension[] };

/** Visits of the sites that a question is about, of people and bots. */
export function visitsOfSites({ visits }: World, { site }: Scope): readonly Visit[] {
  if (site === undefined) return visits;
  const sites = typeof site === 'string' ? [site] : site;
  return visits.filter((visit) => sites.includes(visit.site));
}

export function selectionOf(world: World, asked: Asked, { from, to }: Period): Selection {
  const { naming } = world;
  const { dimensions = [], filters = [] } = asked;
  const bots = botsOf(asked);
  const visits = visitsOfSites(world, asked).filter(
    ({ isOfBot }) => bots === 'include' || isOfBot === (bots === 'only'),
  );
  const hits: VisitedHit[] = [];
  for (const visit of visits) {
    for (const each of visit.hits) if (each.hit.time >= from && each.hit.time < to) hits.push(each);
  }
  const isGoal = (dimension: string) => dimension === 'goal';
  const namesGoals = dimensions.some(isGoal) || filters.some((filter) => names(filter, isGoal));
  const counted: HitTest = (hit) => counts(hit, namesGoals, naming);
  return { visits, hits, matches: allTest(filters, { naming, hits }), counts: counted };
}

/** Visits that begin in a period and have a hit that counts and matches. */
export function visitsIn({ visits, matches, counts }: Selection, { from, to }: Period): Visit[] {
  const begun = visits.filter(({ begin }) => begin >= from && begin < to);
  return begun.filter(({ hits }) => hits.some((hit) => counts(hit) && matches(hit)));
}

export function botsOf({ bots, dimensions = [], filters = [] }: Asked): NonNullable<Scope['bots']> {
  const isOfBots = (dimension: string) => ['bot', 'bot_operator', 'bot_kind'].includes(dimension);
  if (bots !== undefined) return bots;
  if (dimensions.some(isOfBots)) return 'only';
  return filters.some((filter) => names(filter, isOfBots)) ? 'include' : 'exclude';
}
