/**
 * Visits of the hits that were sent.
 *
 * The contract: hits of one visitor on one site with no silence of 30 minutes or more between two. Hits with equal times
 * are in the order in which they came. What the contract leaves open is chosen thus:
 *
 * - A silence of exactly 30:00.000 ends a visit.
 * - Engagement signals prolong a visit and its duration, but begin none: a signal after a silence belongs to no visit and
 *   counts nowhere. Plausible drops such a signal, too (`no_session_for_engagement`). So a visit begins with a page view
 *   or an event.
 * - A signal is no hit that counts: not for `hits`, `events`, `visit_hits`, nor for a bounce.
 * - A bounce is a visit of exactly one page view and no interactive event. A visit of events alone is none.
 * - The entry page is the path of the first hit, also if that is an event, as the contract has it of all attributes. (In
 *   Plausible it is the first page view.) A visit without a page view has no exit page: ''.
 * - A property is a number if it is a JSON number, or a text that is a plain decimal: `12.50`, but not `1e3`, ` 1` or `0x1`.
 *   Scripts of other makers send all properties as texts.
 * - Bots have visits of their own: hits of a bot neither prolong nor begin a visit of people, should both be one visitor.
 */

import { PAGEVIEW, SIGNAL, type VisitHit } from './visit-hit.ts';

const SILENCE = 30 * 60_000;

/** A hit in its visit. */
export interface VisitedHit {
  readonly hit: VisitHit;
  readonly visit: Visit;
  readonly is: 'pageview' | 'event' | 'signal';
  /** Properties that are texts as they are, others as JSON. */
  readonly props: ReadonlyMap<string, string>;
  /** Properties that are numbers. */
  readonly numbers: ReadonlyMap<string, number>;
}

export interface Visit {
  /** The visitor: one of two sites is two. */
  readonly person: string;
  readonly site: string;
  readonly isOfBot: boolean;
  /** All hits, signals too, by time and then by arrival. */
  readonly hits: readonly VisitedHit[];
  readonly first: VisitHit;
  readonly exitPage: string;
  /** Milliseconds since 1970. */
  readonly begin: number;
  /** Milliseconds from the first hit to the last, which may be a signal. */
  readonly duration: number;
  readonly pageviews: number;
  readonly events: number;
  readonly isBounce: boolean;
  /** The deepest of all pages; null without a signal that says it. */
  readonly scroll: number | null;
}

/** @param hits in the order in which they came */
export function visitsOf(hits: readonly VisitHit[]): Visit[] {
  const byVisitor = new Map<string, VisitHit[]>();
  for (const hit of hits) {
    const visitor = `${personOf(hit)} ${hit.bot === '' ? 'people' : 'bot'}`;
    const own = byVisitor.get(visitor);
    if (own) own.push(hit);
    else byVisitor.set(visitor, [hit]);
  }
  const visits: Visit[] = [];
  for (const own of byVisitor.values()) {
    // The sort is stable: what came first stays first among equal times.
    const inOrder = own.toSorted((a, b) => a.time - b.time);
    for (const each of splitAtSilence(inOrder)) visits.push(visitOf(each));
  }
  return visits;
}

/** Who sent a hit. */
function personOf({ site, visitorHigh, visitorLow }: VisitHit): string {
  return `${site} ${visitorHigh} ${visitorLow}`;
}

function splitAtSilence(hits: readonly VisitHit[]): VisitHit[][] {
  const visits: VisitHit[][] = [];
  let current: VisitHit[] | undefined;
  for (const hit of hits) {
    const last = current?.at(-1);
    const goesOn = last !== undefined && hit.time - last.time < SILENCE;
    if (goesOn) current!.push(hit);
    else if (hit.name !== SIGNAL) {
      current = [hit];
      visits.push(current);
    }
  }
  return visits;
}

function visitOf(hits: readonly VisitHit[]): Visit {
  const first = hits[0]!;
  let [exitPage, pageviews, events, interactiveEvents] = ['', 0, 0, 0];
  let scroll: number | null = null;
  for (const hit of hits) {
    if (hit.name === PAGEVIEW) {
      exitPage = hit.path;
      pageviews++;
    } else if (hit.name === SIGNAL) {
      if (hit.scroll !== null && (scroll === null || hit.scroll > scroll)) scroll = hit.scroll;
    } else {
      events++;
      if (hit.interactive) interactiveEvents++;
    }
  }
  const own: VisitedHit[] = [];
  const visit: Visit = {
    ...{ person: personOf(first), site: first.site, isOfBot: first.bot !== '' },
    ...{ hits: own, first, exitPage, begin: first.time, duration: hits.at(-1)!.time - first.time },
    ...{ pageviews, events, isBounce: pageviews === 1 && interactiveEvents === 0, scroll },
  };
  for (const hit of hits) own.push({ hit, visit, is: kindOf(hit), ...propsOf(hit) });
  return visit;
}

function kindOf({ name }: VisitHit): VisitedHit['is'] {
  if (name === PAGEVIEW) return 'pageview';
  return name === SIGNAL ? 'signal' : 'event';
}

function propsOf({ props: json }: VisitHit): Pick<VisitedHit, 'props' | 'numbers'> {
  const props = new Map<string, string>();
  const numbers = new Map<string, number>();
  if (json === '') return { props, numbers };
  for (const [key, value] of Object.entries(JSON.parse(json) as Record<string, unknown>)) {
    props.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    if (typeof value === 'number') numbers.set(key, value);
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) numbers.set(key, Number(value));
  }
  return { props, numbers };
}
