/**
 * Retention: how many of those who first came in an interval came back in later ones. Choices where the contract is silent,
 * mostly those of GA4's cohorts (`firstSessionDate`, standard calculation):
 *
 * - A visitor's cohort is the interval in which the first known visit starts, even if that is before the period: a visitor who
 *   returns in the period is not new. Each interval of the period has a cohort, even an empty one.
 * - A visitor is back in an interval if a visit starts in it, so a visit across midnight is no return. Each interval counts
 *   for itself: a visitor who skips a week is missing in that week only.
 * - The first number is the cohort's own interval. With filters of returns it may be less than the cohort.
 * - Returns are counted until the end of the period.
 * - `filters` apply to the first visit ("came by a newsletter"), `return_filters` to the visits that count as returns.
 * - Without cookies, visitors get a new id each day. So retention is meaningful only for sites with cookies.
 */

import { scopePeriod } from './answer.ts';
import { calendarOf } from './groups.ts';
import { isoOf } from './period.ts';
import type { RetentionAnswer, RetentionQuery } from './query.ts';
import { botsOf, type Dataset, selectionOf, visitsIn } from './selection.ts';
import type { Visit } from './visit.ts';

export function retention(dataset: Dataset, query: RetentionQuery): RetentionAnswer {
  const period = scopePeriod(dataset, query);
  const calendar = calendarOf(query.timezone ?? 'UTC');
  const starts = calendar.startsIn(query.interval, period.from, period.to);
  const bots = botsOf(query);
  const selection = selectionOf(dataset, query, period);
  const firsts = new Map<string, Visit>();
  for (const visit of selection.visits) {
    const first = firsts.get(visit.visitor);
    if (first === undefined || visit.start < first.start) firsts.set(visit.visitor, visit);
  }
  const members = new Map<number, Set<string>>(starts.map((start) => [start, new Set()]));
  for (const visit of visitsIn(selection, period)) {
    if (firsts.get(visit.visitor) !== visit) continue;
    members.get(calendar.startOf(query.interval, visit.start))!.add(visit.visitor);
  }
  const returns = new Map<number, Set<string>>(starts.map((start) => [start, new Set()]));
  for (const visit of visitsIn(
    selectionOf(dataset, { ...query, bots, filters: query.return_filters ?? [] }, period),
    period,
  )) {
    returns.get(calendar.startOf(query.interval, visit.start))!.add(visit.visitor);
  }
  return {
    cohorts: starts.map((start, at) => {
      const own = [...members.get(start)!];
      const returned = starts
        .slice(at)
        .map((later) => own.filter((visitor) => returns.get(later)!.has(visitor)).length);
      return { time: isoOf(start), visitors: own.length, returned };
    }),
  };
}
