/** Answers to `POST /api/v1/funnel`. */
import { periodOf, withKnownTimes } from './asked-period.ts';
import { ALL_VISITS, type VisitsUntil } from './current-visits.ts';
import { needsHit } from './engine/condition.ts';
import { answerFunnel } from './engine/funnel.ts';
import { actionsOf, type Funnel, type FunnelStep } from './engine/funnel-query.ts';
import { needsSignals } from './engine/goal-sql.ts';
import { ratio } from './engine/measure.ts';
import { knownTimes } from './known-times.ts';
import type { AskedFunnel } from './language/funnel-query-reader.ts';
import { gapNotes, metaOf, scopeText, visitsExtent } from './scope-gaps.ts';
import type { Source } from './source.ts';
import { unknownSites } from './unknown-sites.ts';
import type { FunnelResult } from './visit-schemas.ts';

type StepResult = FunnelResult['steps'][number];

/** A step with unknown numbers. */
const UNKNOWN: StepResult = {
  visitors: null,
  conversion_rate: null,
  step_conversion_rate: null,
  drop_off: null,
  drop_off_rate: null,
};

/**
 * Answers a funnel.
 *
 * If any hit that it may need is purged, or not in the visits yet, all its numbers are null, with a note.
 *
 * @param now milliseconds since 1970
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 * @throws HitError `query_timeout`, `overloaded`, `store_unavailable`
 */
export async function funnelAnswer(
  source: Source,
  asked: AskedFunnel,
  now: number,
  visitsUntil: VisitsUntil = ALL_VISITS,
): Promise<FunnelResult> {
  const { period: _, ...rest } = asked;
  const funnel: Funnel = { ...rest, ...(await periodOf(source, asked, now)) };
  const extent = await extentOf(source, funnel);
  const { result, known } = await withKnownTimes(
    () => knownTimes(source, funnel.sites, [extent], visitsUntil()),
    () => answerFunnel(source, funnel),
  );
  const odd = await unknownSites(source, funnel.sites);
  const notes = gapNotes(known[0]!, funnel, extent);
  const { steps, within, by, limit } = funnel;
  const query = { ...scopeText(funnel), steps, within, ...(by && { by, limit }) };
  if (notes.length > 0) {
    const unknown = { visitors: null, steps: steps.map(() => UNKNOWN), ...(by && { rows: null }) };
    return { ...unknown, meta: { ...odd, ...metaOf(notes) }, query };
  }
  return {
    ...{ visitors: result.visitors, steps: stepsOf(result.steps) },
    ...(result.rows && {
      rows: result.rows.map(({ value, steps: own }) => ({ value, steps: stepsOf(own) })),
    }),
    ...{ meta: odd, query },
  };
}

/** The time span of all hits that the funnel needs. */
function extentOf(source: Source, funnel: Funnel) {
  if (funnel.within === 'visit') return visitsExtent(source, funnel, 'begin');
  // Within days, steps are hits in the period. But any hit of a visit may match a filter, and the first deep enough signal of a
  // visit is the step.
  const needsVisits = funnel.filters.some(needsHit) || scrolls(funnel);
  return needsVisits ? visitsExtent(source, funnel, 'overlap') : funnel;
}

function scrolls({ steps, goals }: Funnel): boolean {
  const actions = steps.flatMap(actionsOf).filter((action) => typeof action !== 'string');
  return goals.some(needsSignals) || actions.some((action) => needsSignals({ action }));
}

function stepsOf(steps: readonly FunnelStep[]): StepResult[] {
  return steps.map(({ visitors, conversion_rate, drop_off, drop_off_rate }, at) => ({
    ...{ visitors, conversion_rate },
    step_conversion_rate: ratio(visitors, steps[at - 1]?.visitors ?? visitors, 4),
    ...{ drop_off, drop_off_rate },
  }));
}
