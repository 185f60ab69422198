/** Answers to `POST /api/v1/journeys`. */
import { periodOf, withKnownTimes } from './asked-period.ts';
import { ALL_VISITS, type VisitsUntil } from './current-visits.ts';
import { answerJourney } from './engine/journey.ts';
import type { JourneyAnswer } from './engine/journey-query.ts';
import { knownTimes } from './known-times.ts';
import type { AskedJourneys } from './language/journeys-query-reader.ts';
import { gapNotes, metaOf, scopeText, visitsExtent } from './scope-gaps.ts';
import type { Source } from './source.ts';
import { unknownSites } from './unknown-sites.ts';
import type { JourneysResult } from './visit-schemas.ts';

const BOTH = ['before', 'after'] as const;

/**
 * Answers which pages are viewed before and after a page.
 *
 * If any hit that it may need is purged, or not in the visits yet, everything is null, with a note.
 *
 * @param now milliseconds since 1970
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 * @throws HitError `invalid` for too many paths; `query_timeout`, `overloaded`, `store_unavailable`
 */
export async function journeysAnswer(
  source: Source,
  asked: AskedJourneys,
  now: number,
  visitsUntil: VisitsUntil = ALL_VISITS,
): Promise<JourneysResult> {
  const { period: _, direction, ...rest } = asked;
  const scope = { ...rest, ...(await periodOf(source, asked, now)) };
  const extent = await visitsExtent(source, scope, 'begin');
  const directions = BOTH.filter((each) => direction === 'both' || direction === each);
  const { result, known } = await withKnownTimes(
    () => knownTimes(source, scope.sites, [extent], visitsUntil()),
    async () => {
      const answers: JourneyAnswer[] = [];
      for (const each of directions) answers.push(await answerJourney(source, { ...scope, direction: each }));
      return answers;
    },
  );
  const notes = gapNotes(known[0]!, scope, extent);
  const { page, steps, limit } = scope;
  const isKnown = notes.length === 0;
  const [{ visits, visitors }] = result as [JourneyAnswer];
  const paths = directions.map((each, at) => [each, isKnown ? result[at]!.paths : null]);
  return {
    ...{ visits: isKnown ? visits : null, visitors: isKnown ? visitors : null },
    ...(Object.fromEntries(paths) as Pick<JourneysResult, 'before' | 'after'>),
    meta: { ...(await unknownSites(source, scope.sites)), ...metaOf(notes) },
    query: { ...scopeText(scope), page, direction, steps, limit },
  };
}
