/**
 * Visits: the hits that were sent, split into visits.
 *
 * The contract: a visit is the hits of one visitor on one site with no silence of 30 minutes or more between two. Hits with
 * equal times keep the order in which they arrived. Choices where the contract is silent or ambiguous:
 *
 * - A silence of exactly 30:00.000 ends a visit.
 * - An engagement signal extends a visit and its duration but never starts one. A signal after a silence belongs to no visit
 *   and is ignored; Plausible drops such signals as well (`no_session_for_engagement`). So each visit starts with a page view
 *   or an event.
 * - At one time, a signal comes after hits: it measures what was before it.
 * - A signal is not counted as a hit: not in `hits`, `events`, `visit_hits`, nor against a bounce.
 * - Lines of access logs that are not page views, such as images and errors, are hits, but neither page views nor events.
 * - A bounce has exactly one page view and no interactive event. A visit that consists of events only is not a bounce.
 * - The entry page is the path of the first hit, even if that is an event, since the contract says so of all attributes. (In
 *   Plausible it is the first page view.) The exit page is '' if a visit has no page view.
 * - Bots have visits of their own: hits of a bot neither extend nor start visits of people who share its visitor id.
 * - A property is a number if it is a JSON number, or a string that is a plain decimal: `12.50`, but not `1e3`, ` 1` or
 *   `0x1`. Scripts of other vendors send all properties as strings.
 */

import { isSignal, PAGEVIEW, type VisitHit } from './visit-hit.ts';

const SILENCE = 30 * 60_000;
/** Most hits have none. */
const NO_PROPS = { props: new Map<string, string>(), numbers: new Map<string, number>() };

/** A hit in its visit. */
export interface HitInVisit {
  readonly hit: VisitHit;
  readonly visit: Visit;
  readonly kind: 'pageview' | 'event' | 'signal' | 'request';
  /** Properties by name: strings as they are, other values as JSON. */
  readonly props: ReadonlyMap<string, string>;
  /** Properties that are numbers. */
  readonly numbers: ReadonlyMap<string, number>;
}

export interface Visit {
  /** Identifies the visitor. A visitor of two sites is two. */
  readonly visitor: string;
  readonly site: string;
  readonly isOfBot: boolean;
  /** All hits, including signals, in order of time and arrival. */
  readonly hits: readonly HitInVisit[];
  readonly first: VisitHit;
  readonly exitPage: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Milliseconds from the first hit to the last, which may be a signal. */
  readonly duration: number;
  readonly pageviews: number;
  readonly events: number;
  readonly isBounce: boolean;
  /** Greatest depth of all pages, in percent; null if no signal has one. */
  readonly scroll: number | null;
}

/** @param hits in order of arrival */
export function visitsOf(hits: readonly VisitHit[]): Visit[] {
  const byVisitor = new Map<string, VisitHit[]>();
  for (const hit of hits) {
    const visitor = `${visitorOf(hit)} ${hit.bot === '' ? 'people' : 'bot'}`;
    const own = byVisitor.get(visitor);
    if (own) own.push(hit);
    else byVisitor.set(visitor, [hit]);
  }
  const visits: Visit[] = [];
  for (const own of byVisitor.values()) {
    // The sort is stable: hits with equal times stay in order of arrival.
    const inOrder = own.toSorted((a, b) => a.time - b.time || Number(isSignal(a)) - Number(isSignal(b)));
    for (const each of splitAtSilence(inOrder)) visits.push(visitOf(each));
  }
  return visits;
}

/** Identifies the visitor who sent a hit. */
function visitorOf({ site, visitorHigh, visitorLow }: VisitHit): string {
  return `${site} ${visitorHigh} ${visitorLow}`;
}

function splitAtSilence(hits: readonly VisitHit[]): VisitHit[][] {
  const visits: VisitHit[][] = [];
  let current: VisitHit[] | undefined;
  for (const hit of hits) {
    const last = current?.at(-1);
    const goesOn = last !== undefined && hit.time - last.time < SILENCE;
    if (goesOn) current!.push(hit);
    else if (!isSignal(hit)) {
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
    } else if (isSignal(hit)) {
      if (hit.scroll !== null && (scroll === null || hit.scroll > scroll)) scroll = hit.scroll;
    } else if (kindOf(hit) === 'event') {
      events++;
      if (hit.interactive) interactiveEvents++;
    }
  }
  const own: HitInVisit[] = [];
  const visit: Visit = {
    ...{ visitor: visitorOf(first), site: first.site, isOfBot: first.bot !== '' },
    ...{ hits: own, first, exitPage, start: first.time, duration: hits.at(-1)!.time - first.time },
    ...{ pageviews, events, isBounce: pageviews === 1 && interactiveEvents === 0, scroll },
  };
  for (const hit of hits) own.push({ hit, visit, kind: kindOf(hit), ...propsOf(hit) });
  return visit;
}

function kindOf(hit: VisitHit): HitInVisit['kind'] {
  if (hit.name === PAGEVIEW) return 'pageview';
  if (isSignal(hit)) return 'signal';
  return hit.status > 0 && /^request:/.test(hit.name) ? 'request' : 'event';
}

function propsOf({ props: json }: VisitHit): Pick<HitInVisit, 'props' | 'numbers'> {
  if (json === '') return NO_PROPS;
  const props = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const [key, value] of Object.entries(JSON.parse(json) as Record<string, unknown>)) {
    props.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    if (typeof value === 'number') numbers.set(key, value);
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) numbers.set(key, Number(value));
  }
  return { props, numbers };
}
