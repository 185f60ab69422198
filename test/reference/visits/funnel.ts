/**
 * Funnels: how many visitors took one step after another. What the contract leaves open is chosen as in Plausible:
 *
 * - Steps are in order, and anything may be between two (its sequential funnel). Each step is a hit of its own, later than
 *   that of the step before, in order of time and arrival: a hit that is two steps is but the first of them.
 * - Visitors are counted, by the best of their ways.
 * - Within a visit: all steps in one visit that begins in the period, also those after its end. Within days: all steps in hits
 *   of the period, in any visits, and the last no more than N times 24 hours after the first.
 * - A filter chooses whole visits in which a hit matches, and the steps are looked for in all of their hits.
 * - `drop_off` of a step is who came to the step before and not to this one. Rates have four digits, and are null by nothing.
 * - Scroll goals can be steps.
 */

import { scopePeriod } from './answer.ts';
import type { ActionTest } from './goal.ts';
import { testOf } from './goal.ts';
import { ratio } from './metric.ts';
import type { Action, FunnelAnswer, FunnelQuery, FunnelStep } from './query.ts';
import { selectionOf, visitsIn, type World } from './selection.ts';
import type { Visit, VisitedHit } from './visit.ts';

const DAY = 86_400_000;

export function funnel(world: World, query: FunnelQuery): FunnelAnswer {
  const period = scopePeriod(world, query);
  const selection = selectionOf(world, query, period);
  const tests = query.steps.map((step) => stepTest(step, world));
  const depths = new Map<string, number>();
  const note = (person: string, hits: readonly VisitedHit[], window: number) => {
    depths.set(person, Math.max(depths.get(person) ?? 0, deepest(hits, tests, window)));
  };
  if (query.within === 'visit') {
    for (const visit of visitsIn(selection, period)) note(visit.person, visit.hits, Number.POSITIVE_INFINITY);
  } else {
    const { matches, counts } = selection;
    const chosen = new Map<Visit, boolean>();
    const byPerson = new Map<string, VisitedHit[]>();
    for (const each of selection.hits) {
      const { visit } = each;
      if (!chosen.has(visit))
        chosen.set(
          visit,
          visit.hits.some((hit) => counts(hit) && matches(hit)),
        );
      if (!chosen.get(visit)) continue;
      byPerson.set(visit.person, [...(byPerson.get(visit.person) ?? []), each]);
    }
    for (const [person, own] of byPerson) {
      if (own.some(({ is }) => is !== 'signal')) note(person, own, query.within.days * DAY);
    }
  }
  return { visitors: depths.size, steps: stepsOf([...depths.values()], tests.length) };
}

function stepTest(step: string | Action, { naming }: World): ActionTest {
  return typeof step === 'string' ? (hit) => naming.goalsOf(hit).includes(step) : testOf(step);
}

/** How many steps can be taken at most, from any hit on that is the first step. */
function deepest(hits: readonly VisitedHit[], tests: readonly ActionTest[], window: number): number {
  const inOrder = hits.toSorted((a, b) => a.hit.time - b.hit.time);
  let most = 0;
  for (const [at, first] of inOrder.entries()) {
    if (!tests[0]!(first)) continue;
    let taken = 1;
    for (const each of inOrder.slice(at + 1)) {
      if (each.hit.time - first.hit.time > window) break;
      if (tests[taken]?.(each)) taken++;
    }
    most = Math.max(most, taken);
  }
  return most;
}

function stepsOf(depths: readonly number[], count: number): FunnelStep[] {
  const steps: FunnelStep[] = [];
  const entered = depths.filter((depth) => depth >= 1).length;
  let before = entered;
  for (let step = 1; step <= count; step++) {
    const visitors = depths.filter((depth) => depth >= step).length;
    const drop_off = before - visitors;
    steps.push({
      ...{ visitors, drop_off, drop_off_rate: ratio(drop_off, before, 4) },
      conversion_rate: ratio(visitors, entered, 4),
    });
    before = visitors;
  }
  return steps;
}
