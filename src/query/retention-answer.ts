/** Answers to `POST /api/v1/retention`. */
import { periodOf, withKnownTimes } from './asked-period.ts';
import { ALL_VISITS, type VisitsUntil } from './current-visits.ts';
import type { Calendar } from './engine/answer.ts';
import { mentionsPersons, needsHit } from './engine/condition.ts';
import type { Filter, Span } from './engine/query.ts';
import { answerRetention } from './engine/retention.ts';
import { type Cohort, MOST_COHORTS, type Retention } from './engine/retention-query.ts';
import { isoTime } from './engine/rows.ts';
import { lastTime } from './first-time.ts';
import { pendingNote, purgeNote } from './gap-notes.ts';
import { intervalStarts } from './interval-starts.ts';
import { type KnownTimes, knownTimes } from './known-times.ts';
import type { AskedRetention } from './language/retention-query-reader.ts';
import { filtersKnown, metaOf, scopeText, visitsExtent } from './scope-gaps.ts';
import type { Source } from './source.ts';
import { unknownSites } from './unknown-sites.ts';
import type { RetentionResult, VisitNote } from './visit-schemas.ts';

/**
 * Answers how many new visitors of each interval return in later ones.
 *
 * Numbers that need purged or incomplete visits, or purged hits for a filter, are null, with a note.
 *
 * @param now milliseconds since 1970
 * @param identity how the sites identify visitors, if the query does not have it
 * @param visitsUntil from `CurrentVisits`. Default: visits have all hits
 * @throws HitError `invalid` for too many intervals; `query_timeout`, `overloaded`, `store_unavailable`
 */
export async function retentionAnswer(
  source: Source,
  asked: AskedRetention,
  now: number,
  identity: Retention['identity'],
  visitsUntil: VisitsUntil = ALL_VISITS,
): Promise<RetentionResult> {
  const { period: _, ...rest } = asked;
  const calendar: Calendar = (interval, of) => intervalStarts(interval, of, asked.timezone);
  const { span, interval } = await periodAndInterval(source, asked, now, calendar);
  const retention: Retention = { ...rest, ...span, interval, identity: asked.identity ?? identity };
  const extent = await extentOf(source, retention);
  const { result, known } = await withKnownTimes(
    () => knownTimes(source, retention.sites, [extent], visitsUntil()),
    () => answerRetention(source, retention, calendar),
  );
  const gaps = gapsOf(retention, known[0]!);
  const { returnFilters } = retention;
  const cohorts = withNulls(result.cohorts, calendar(interval, span), span, gaps);
  return {
    cohorts,
    meta: {
      ...(await unknownSites(source, retention.sites)),
      ...metaOf([
        ...(result.meta.note === undefined ? [] : [{ detail: result.meta.note }]),
        ...notesOf(gaps, known[0]!, span),
      ]),
    },
    query: {
      ...scopeText(retention),
      ...{ interval, return_filters: returnFilters, identity: retention.identity },
    },
  };
}

/**
 * Visits of old logs may lie many years back. If all data has too many intervals until now, its period ends with the last visit;
 * if that has too many weeks, and no interval is given, the intervals are months.
 */
async function periodAndInterval(
  source: Source,
  asked: AskedRetention,
  now: number,
  calendar: Calendar,
): Promise<{ readonly span: Span; readonly interval: Retention['interval'] }> {
  const span = await periodOf(source, asked, now);
  const interval = asked.interval ?? 'week';
  const isTooLong = (of: Span) => calendar(interval, of).length > MOST_COHORTS;
  if (asked.period !== undefined || !isTooLong(span)) return { span, interval };
  const last = (await lastTime(source, asked.sites)) ?? span.to;
  const visited = { from: span.from, to: Math.max(span.from + 1, Math.min(span.to, last + 1)) };
  return { span: visited, interval: asked.interval ?? (isTooLong(visited) ? 'month' : 'week') };
}

/** The time spans for which first visits are known, and visits that count as returns. */
interface Gaps {
  readonly firsts: Span;
  readonly returns: Span;
}

/** The time span of all hits that filters need. */
async function extentOf(source: Source, retention: Retention): Promise<Span> {
  const filters = [...retention.filters, ...retention.returnFilters];
  const needsHits = filters.some((filter) => needsHit(filter) || mentionsPersons(filter));
  return needsHits ? visitsExtent(source, retention, 'begin') : retention;
}

function gapsOf(retention: Retention, known: KnownTimes): Gaps {
  const knownOf = (filters: readonly Filter[]): Span => {
    const when = filtersKnown(retention, filters, known);
    // `has_done` filters are about the whole period.
    const isWhole = when.from <= retention.from && when.to >= retention.to;
    return filters.some(mentionsPersons) && !isWhole ? { from: when.from, to: retention.from } : when;
  };
  return { firsts: knownOf(retention.filters), returns: knownOf(retention.returnFilters) };
}

/** @param starts of the intervals, one for each cohort */
function withNulls(
  cohorts: readonly Cohort[],
  starts: readonly number[],
  period: Span,
  { firsts, returns }: Gaps,
): RetentionResult['cohorts'] {
  const isKnown = (at: number, { from, to }: Span) =>
    Math.max(period.from, starts[at]!) >= from && (starts[at + 1] ?? period.to) <= to;
  return cohorts.map(({ time, visitors, returned }, at) => ({
    ...{ time, visitors: isKnown(at, firsts) ? visitors : null },
    returned: returned.map((count, later) =>
      isKnown(at, firsts) && isKnown(at + later, returns) ? count : null,
    ),
  }));
}

function notesOf({ firsts, returns }: Gaps, known: KnownTimes, { from, to }: Span): VisitNote[] {
  const purged = Math.max(firsts.from, returns.from);
  const notes = [
    ...(purged > from ? [purgeNote(purged)] : []),
    ...(known.visitsUntil < to ? [pendingNote(known.visitsUntil)] : []),
  ];
  if (known.visits === 0) return notes;
  const time = isoTime(known.visits);
  return [
    ...notes,
    {
      purged_before: time,
      detail: `visits before ${time} are purged: visitors who came before then count as new at their first later visit`,
    },
  ];
}
