/**
 * Funnels: how many visitors take one step after another. Choices where the contract is silent, mostly Plausible's:
 *
 * - Steps must be in order; anything may happen between them (Plausible's sequential funnel). Each step needs a hit of its
 *   own, after that of the previous step in order of time and arrival.
 * - Visitors are counted, by the longest sequence that any of their hits starts.
 * - Within a visit, all steps are in one visit that starts in the period, even those after its end. Within N days, all steps
 *   are hits in the period, in any visits, the last at most N times 24 hours after the first.
 * - A filter chooses the whole visits in which a hit matches. Any hit of these visits may be a step.
 * - `drop_off` is the number of visitors of the previous step who did not reach this one.
 * - Scroll goals can be steps.
 */

import { scopePeriod } from './answer.ts';
import type { ActionTest } from './goal.ts';
import { testOf } from './goal.ts';
import { ratio } from './metric.ts';
import type { Action, FunnelAnswer, FunnelQuery, FunnelStep } from './query.ts';
import { type Dataset, selectionOf, visitsIn } from './selection.ts';
import type { HitInVisit, Visit } from './visit.ts';

const DAY = 86_400_000;

export function funnel(dataset: Dataset, query: FunnelQuery): FunnelAnswer {
  const period = scopePeriod(dataset, query);
  const selection = selectionOf(dataset, query, period);
  const tests = query.steps.map((step) => stepTest(step, dataset));
  const depths = new Map<string, number>();
  const note = (visitor: string, hits: readonly HitInVisit[], window: number) => {
    depths.set(visitor, Math.max(depths.get(visitor) ?? 0, deepest(hits, tests, window)));
  };
  if (query.within === 'visit') {
    for (const visit of visitsIn(selection, period))
      note(visit.visitor, visit.hits, Number.POSITIVE_INFINITY);
  } else {
    const { matches, counts } = selection;
    const chosen = new Map<Visit, boolean>();
    const byVisitor = new Map<string, HitInVisit[]>();
    for (const each of selection.hits) {
      const { visit } = each;
      if (!chosen.has(visit))
        chosen.set(
          visit,
          visit.hits.some((hit) => counts(hit) && matches(hit)),
        );
      if (!chosen.get(visit)) continue;
      byVisitor.set(visit.visitor, [...(byVisitor.get(visit.visitor) ?? []), each]);
    }
    for (const [visitor, own] of byVisitor) {
      if (own.some(({ kind }) => kind !== 'signal')) note(visitor, own, query.within.days * DAY);
    }
  }
  return { visitors: depths.size, steps: stepsOf([...depths.values()], tests.length) };
}

function stepTest(step: string | Action, { labels }: Dataset): ActionTest {
  return typeof step === 'string' ? (hit) => labels.goalsOf(hit).includes(step) : testOf(step);
}

/** How many steps can be taken at most, from any hit on that is the first step. */
function deepest(hits: readonly HitInVisit[], tests: readonly ActionTest[], window: number): number {
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
