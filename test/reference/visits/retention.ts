/**
 * Retention: of those who first came in an interval, how many came again in the next ones. What the contract leaves open is
 * chosen as in GA4's cohorts (first session date, standard calculation):
 *
 * - A visitor's cohort is the interval in which the first visit ever known begins, also if that was before the period: who
 *   comes again in the period is not new. Cohorts are those in the period; the ones without visitors are there, too.
 * - Who comes again is who begins a visit in a later interval: a visit across midnight is no return. Each interval is counted
 *   for itself: who stays away a week and comes again is missing in that week alone.
 * - The first number is of the cohort's own interval. With filters of returns it may be less than the cohort.
 * - Returns are counted up to the end of the period.
 * - The filters are of the first visit: "who first came by a newsletter". `return_filters` are of the visits after.
 * - Visitors without a cookie are others each day, so this is for sites that set one.
 */

import { scopePeriod } from './answer.ts';
import { calendarOf } from './groups.ts';
import { isoOf } from './period.ts';
import type { RetentionAnswer, RetentionQuery } from './query.ts';
import { botsOf, selectionOf, visitsIn, type World } from './selection.ts';
import type { Visit } from './visit.ts';

export function retention(world: World, query: RetentionQuery): RetentionAnswer {
  const period = scopePeriod(world, query);
  const calendar = calendarOf(query.timezone ?? 'UTC');
  const starts = calendar.startsIn(query.interval, period.from, period.to);
  const bots = botsOf(query);
  const selection = selectionOf(world, query, period);
  const firsts = new Map<string, Visit>();
  for (const visit of selection.visits) {
    const first = firsts.get(visit.person);
    if (first === undefined || visit.begin < first.begin) firsts.set(visit.person, visit);
  }
  const members = new Map<number, Set<string>>(starts.map((start) => [start, new Set()]));
  for (const visit of visitsIn(selection, period)) {
    if (firsts.get(visit.person) !== visit) continue;
    members.get(calendar.startOf(query.interval, visit.begin))!.add(visit.person);
  }
  const returns = new Map<number, Set<string>>(starts.map((start) => [start, new Set()]));
  for (const visit of visitsIn(
    selectionOf(world, { ...query, bots, filters: query.return_filters ?? [] }, period),
    period,
  )) {
    returns.get(calendar.startOf(query.interval, visit.begin))!.add(visit.person);
  }
  return {
    cohorts: starts.map((start, at) => {
      const own = [...members.get(start)!];
      const returned = starts
        .slice(at)
        .map((later) => own.filter((person) => returns.get(later)!.has(person)).length);
      return { time: isoOf(start), visitors: own.length, returned };
    }),
  };
}
