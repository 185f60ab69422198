/** Whether the data that a funnel, journeys or retention needs is complete. */
import { periodText } from './asked-period.ts';
import { Bindings } from './engine/bindings.ts';
import type { Filter, Query, Scope, Span } from './engine/query.ts';
import { pendingNote, purgeNote } from './gap-notes.ts';
import { type KnownTimes, metricKnown } from './known-times.ts';
import type { Source } from './source.ts';
import type { VisitNote } from './visit-schemas.ts';

/**
 * The time span of the hits of the visits of a period: a visit may continue after its end.
 *
 * @param which visits that begin in the period, or that overlap it, which may begin before it
 */
export async function visitsExtent(
  { store }: Source,
  { sites, from, to }: Pick<Scope, 'sites' | 'from' | 'to'>,
  which: 'begin' | 'overlap',
): Promise<Span> {
  const bind = new Bindings();
  const isAsked = sites.length === 0 ? "v.site != ''" : `v.site IN ${bind.texts(sites)}`;
  const first = which === 'begin' ? 'v.start' : 'v.finish';
  const [row] = await store.rowsOf<Record<'visits' | 'first' | 'last', string | number>>(
    `SELECT count() AS visits, toUnixTimestamp64Milli(min(v.start)) AS first, toUnixTimestamp64Milli(max(v.finish)) AS last
FROM visits AS v
WHERE ${isAsked} AND v.hits > 0 AND ${first} >= ${bind.time(from)} AND v.start < ${bind.time(to)}`,
    bind.parameters,
  );
  if (Number(row?.visits ?? 0) === 0) return { from, to };
  return { from: Math.min(from, Number(row!.first)), to: Math.max(to, Number(row!.last) + 1) };
}

/** The time span for which whole visits are known, as far as filters need them. */
export function filtersKnown(scope: Scope, filters: readonly Filter[], known: KnownTimes): Span {
  const query: Query = { ...scope, filters, metrics: ['visits'], dimensions: [], goal: undefined };
  return metricKnown('visits', query, known);
}

/**
 * Notes why an answer that needs all of its visits with their hits is unknown.
 *
 * @param extent the time span of the required hits. Visits that overlap the period are stored if it begins after the purged ones
 *   end
 * @returns none if the answer is known
 */
export function gapNotes(known: KnownTimes, period: Span, extent: Span): VisitNote[] {
  const times = [known.hits > extent.from ? known.hits : 0, known.visits > period.from ? known.visits : 0];
  const purged = Math.max(...times);
  return [
    ...(purged > 0 ? [purgeNote(purged)] : []),
    ...(known.visitsUntil < period.to ? [pendingNote(known.visitsUntil)] : []),
  ];
}

/** The members of a scope as interpreted. */
export function scopeText({ sites, timezone, bots, filters, from, to }: Omit<Scope, 'goals'>) {
  return {
    ...(sites.length > 0 && { site: sites }),
    ...{ period: periodText({ from, to }), timezone, bots, filters },
  };
}

export function metaOf(notes: readonly VisitNote[]): { readonly notes?: readonly VisitNote[] } {
  return notes.length > 0 ? { notes } : {};
}
