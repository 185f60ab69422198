/** The expected answers: plain loops over the sent hits. */
import type { Calendar, Unit } from './calendar.ts';
import { FIELDS, type Field } from './selection.ts';
import { type SentHit, visitorsOf } from './sent-hit.ts';

const SILENCE = 30 * 60_000;

export interface Recounted {
  readonly hits: number;
  readonly visitors: number;
}

export interface RecountedVisits {
  readonly visits: number;
  readonly bounce_rate: number | null;
  readonly visit_duration: number | null;
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

/** The pages on which visits begin or end; `hits` are visits. */
export function endRankingOf(hits: readonly SentHit[], end: 'entry' | 'exit'): Ranked[] {
  const ends = visitsOf(hits).map((visit) => (end === 'entry' ? visit[0]! : visit.at(-1)!));
  return ranked(ends, ({ path }) => path);
}

/** Visits: hits of a visitor until a gap of half an hour, ordered by time and path. */
export function visitsOf(hits: readonly SentHit[]): SentHit[][] {
  const byPerson = new Map<string, SentHit[]>();
  for (const hit of hits) put(byPerson, `${hit.site} ${hit.visitorHigh} ${hit.visitorLow}`, hit);
  const visits: SentHit[][] = [];
  for (const own of byPerson.values()) {
    own.sort((a, b) => a.time - b.time || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    let last: SentHit | undefined;
    for (const hit of own) {
      if (last === undefined || hit.time - last.time >= SILENCE) visits.push([hit]);
      else visits.at(-1)!.push(hit);
      last = hit;
    }
  }
  return visits;
}

export function figuresOf(visits: readonly SentHit[][]): RecountedVisits {
  let [bounces, duration] = [0, 0];
  for (const visit of visits) {
    if (visit.length === 1) bounces++;
    duration += visit.at(-1)!.time - visit[0]!.time;
  }
  const count = visits.length;
  return {
    visits: count,
    bounce_rate: count === 0 ? null : Number((bounces / count).toFixed(4)),
    visit_duration: count === 0 ? null : Number((duration / 1000 / count).toFixed(1)),
  };
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
