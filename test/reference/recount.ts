/** The expected answers: plain loops over the sent hits. */
import type { Calendar, Unit } from './calendar.ts';
import { FIELDS, type Field } from './selection.ts';
import { type SentHit, visitorsOf } from './sent-hit.ts';

export interface Recounted {
  readonly hits: number;
  readonly visitors: number;
}

export type Ranked = Recounted & { readonly value: string };

export function recount(hits: readonly SentHit[]): Recounted {
  return { hits: hits.length, visitors: visitorsOf(hits) };
}

/** Hits by the start of their interval; only non-empty ones. */
export function byInterval(hits: readonly SentHit[], calendar: Calendar, unit: Unit): Map<number, SentHit[]> {
  const intervals = new Map<number, SentHit[]>();
  for (const hit of hits) put(intervals, calendar.startOf(unit, hit.time), hit);
  return intervals;
}

/** The values of a field of some hits, without ''. */
export function rankingOf(hits: readonly SentHit[], field: Field): Ranked[] {
  return ranked(hits, (hit) => hit[FIELDS[field]]);
}

/** The values of a property: strings unchanged, others as JSON. */
export function propRankingOf(hits: readonly SentHit[], key: string): Ranked[] {
  return ranked(hits, ({ props }) => {
    if (props === '') return '';
    const value: unknown = (JSON.parse(props) as Record<string, unknown>)[key];
    if (value === undefined) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function ranked(hits: readonly SentHit[], textOf: (hit: SentHit) => string): Ranked[] {
  const byValue = new Map<string, SentHit[]>();
  for (const hit of hits) if (textOf(hit) !== '') put(byValue, textOf(hit), hit);
  return Array.from(byValue, ([value, own]) => ({ value, ...recount(own) })).sort(
    (a, b) => b.hits - a.hits || (a.value < b.value ? -1 : 1),
  );
}

function put<Key>(map: Map<Key, SentHit[]>, key: Key, hit: SentHit): void {
  const own = map.get(key);
  if (own) own.push(hit);
  else map.set(key, [hit]);
}
