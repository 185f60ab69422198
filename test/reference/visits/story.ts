/** Hits for small examples, written by hand: who did what, and when. Times without a date are on Monday, 4 May 2026, UTC. */

import type { Query, Value } from './query.ts';
import type { Reference } from './reference.ts';
import { SIGNAL, type VisitHit, visitHit } from './visit-hit.ts';

const DAY = '2026-05-04';
export const MAY = { from: '2026-05-01', to: '2026-06-01' };
export const MONDAY = { from: DAY, to: '2026-05-05' };
export const TUESDAY = { from: '2026-05-05', to: '2026-05-06' };

const people: string[] = [];

/** @param at `10:00`, `10:00:30.500`, or with a date: `2026-05-05 10:00` */
export function timeOf(at: string): number {
  const [date, time] = at.includes(' ') ? (at.split(' ') as [string, string]) : [DAY, at];
  return Date.parse(`${date}T${time}Z`);
}

export function view(who: string, at: string, path: string, fields: Partial<VisitHit> = {}): VisitHit {
  if (!people.includes(who)) people.push(who);
  return visitHit({ visitorLow: people.indexOf(who), time: timeOf(at), path, ...fields });
}

export function event(who: string, at: string, name: string, fields: Partial<VisitHit> = {}): VisitHit {
  return view(who, at, '/', { name, ...fields });
}

/** @param seconds for which the page was looked at since the last signal */
export function signal(
  who: string,
  at: string,
  path: string,
  seconds: number,
  scroll: number | null = null,
): VisitHit {
  return view(who, at, path, { name: SIGNAL, engaged: 1000 * seconds, scroll });
}

export function propsOf(props: Readonly<Record<string, unknown>>): Partial<VisitHit> {
  return { props: JSON.stringify(props) };
}

type Asked = Partial<Query> & Pick<Query, 'metrics'>;

/** The metrics of May as one row. */
export function metricsOf(known: Reference, query: Asked): readonly Value[] {
  return known.query({ period: MAY, ...query }).results[0]!.metrics;
}

/** The rows of May: values of dimensions, then metrics. */
export function rowsOf(known: Reference, query: Asked): (string | Value)[][] {
  return known
    .query({ period: MAY, ...query })
    .results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);
}
