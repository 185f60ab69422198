/**
 * Funnels: how many visitors take a sequence of steps. Choices where the contract is silent, mostly Plausible's:
 *
 * - Steps must be in order; anything may happen between them (Plausible's sequential funnel). Each step needs a hit of its
 *   own, after that of the previous step in order of time and arrival.
 * - Visitors are counted, by the longest sequence that any of their hits starts.
 * - Within a visit, all steps are in one visit that starts in the period, even those after its end. Within N days, all steps
 *   are hits in the period, in any visits, the last at most N times 24 hours after the first.
 * - A filter chooses the whole visits in which a hit matches. Any hit of these visits may be a step.
 * - `drop_off` is the number of visitors of the previous step who did not reach this one.
 * - Scroll goals can be steps. A step that is any of several actions is taken by a hit that is one of them.
 * - By a dimension, a visitor is in one row: that of the visit in which the longest sequence starts. Of several that are longest,
 *   it is the one that is completed first, and of several starts of that one, the last: that visit led to it. So the rows add
 *   up to the whole. Visitors who do not enter the funnel are in no row. Ties are in order of the value, by UTF-8 bytes.
 */

import { scopePeriod } from './answer.ts';
import { readerOf } from './dimension.ts';
import type { ActionTest } from './goal.ts';
import { testOf } from './goal.ts';
import { ratio } from './metric.ts';
import type {
  FunnelAnswer,
  FunnelQuery,
  FunnelRow,
  FunnelStep,
  FunnelTest,
  VisitDimension,
} from './query.ts';
import { type Dataset, selectionOf, visitsIn } from './selection.ts';
import type { HitInVisit, Visit } from './visit.ts';

const DAY = 86_400_000;
const LIMIT = 100;

/** The longest sequence of a visitor. */
interface Sequence {
  readonly depth: number;
  /** Time of the last step. */
  readonly end: number;
  /** The first step; undefined if there is none. */
  readonly entry: HitInVisit | undefined;
}

export function funnel(dataset: Dataset, query: FunnelQuery): FunnelAnswer {
  const period = scopePeriod(dataset, query);
  const selection = selectionOf(dataset, query, period);
  const tests = query.steps.map((step) => stepTest(step, dataset));
  const sequences = new Map<string, Sequence>();
  const note = (visitor: string, hits: readonly HitInVisit[], window: number) => {
    const sequence = longest(hits, tests, window);
    const other = sequences.get(visitor);
    const isBetter =
      !other || sequence.depth > other.depth || (sequence.depth === other.depth && sequence.end < other.end);
    if (isBetter) sequences.set(visitor, sequence);
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
  const all = [...sequences.values()];
  const steps = stepsOf(all, tests.length);
  return { visitors: all.length, steps, ...(query.by && { rows: rowsOf(all, query, query.by, dataset) }) };
}

function stepTest(step: FunnelTest, dataset: Dataset): ActionTest {
  if (typeof step === 'string') return (hit) => dataset.labels.goalsOf(hit).includes(step);
  if (!('any' in step)) return testOf(step);
  const tests = step.any.map((each) => stepTest(each, dataset));
  return (hit) => tests.some((test) => test(hit));
}

/** The longest sequence that any of the hits starts; of several, the first to end, and of these, the last to start. */
function longest(hits: readonly HitInVisit[], tests: readonly ActionTest[], window: number): Sequence {
  const inOrder = hits.toSorted((a, b) => a.hit.time - b.hit.time);
  let best = { depth: 0, last: 0, entry: undefined as HitInVisit | undefined };
  for (const [at, entry] of inOrder.entries()) {
    if (!tests[0]!(entry)) continue;
    let [depth, last] = [1, at];
    for (let next = at + 1; next < inOrder.length; next++) {
      const each = inOrder[next]!;
      if (each.hit.time - entry.hit.time > window) break;
      if (tests[depth]?.(each)) [depth, last] = [depth + 1, next];
    }
    if (depth > best.depth || (depth === best.depth && last <= best.last)) best = { depth, last, entry };
  }
  return { depth: best.depth, end: inOrder[best.last]?.hit.time ?? 0, entry: best.entry };
}

/** Sequences by a dimension of the visit in which they start. */
function rowsOf(
  sequences: readonly Sequence[],
  { steps, limit = LIMIT }: FunnelQuery,
  by: VisitDimension,
  { labels }: Dataset,
): FunnelRow[] {
  const byValue = new Map<string, Sequence[]>();
  for (const sequence of sequences) {
    if (sequence.entry === undefined) continue;
    const [value = ''] = readerOf(by, labels)(sequence.entry);
    byValue.set(value, [...(byValue.get(value) ?? []), sequence]);
  }
  return [...byValue]
    .toSorted(
      ([a, some], [b, others]) =>
        others.length - some.length || Buffer.compare(Buffer.from(a), Buffer.from(b)),
    )
    .slice(0, limit)
    .map(([value, own]) => ({ value, steps: stepsOf(own, steps.length) }));
}

function stepsOf(sequences: readonly Sequence[], count: number): FunnelStep[] {
  const steps: FunnelStep[] = [];
  const entered = sequences.filter(({ depth }) => depth >= 1).length;
  let before = entered;
  for (let step = 1; step <= count; step++) {
    const visitors = sequences.filter(({ depth }) => depth >= step).length;
    const drop_off = before - visitors;
    steps.push({
      ...{ visitors, drop_off, drop_off_rate: ratio(drop_off, before, 4) },
      conversion_rate: ratio(visitors, entered, 4),
    });
    before = visitors;
  }
  return steps;
}
