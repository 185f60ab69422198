/** Everything that one visitor does. */

import { PAGEVIEW, SIGNAL, type VisitHit, visitHit } from '../visits/visit-hit.ts';
import type { Random } from './random.ts';
import { BOTS, CLIENTS, EDGE_GAPS, LOG_EDGE_GAPS, LOG_SITE, ORIGINS, PAGES, SITES } from './values.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** When traffic happens, and the times with much of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly edges: readonly number[];
}

/** The hits of one visitor on one site, in the order in which they happen. */
export function hitsOfVisitor(random: Random, span: Span, number: number): VisitHit[] {
  const isLogged = random.chance(0.2);
  const isBot = random.chance(0.06);
  const who: Partial<VisitHit> = {
    ...random.pickEarly(CLIENTS),
    ...{
      visitorHigh: random.integer(0, 2 ** 32 - 1),
      visitorLow: number,
      site: isLogged ? LOG_SITE : random.pickEarly(SITES),
    },
    ...(isBot && { bot: random.pickEarly(BOTS) }),
  };
  const hits: VisitHit[] = [];
  const visits = random.longTail(isBot ? 12 : 40);
  for (let visit = 0; visit < visits; visit++) {
    const start = isLogged ? Math.floor(startOf(random, span) / SECOND) * SECOND : startOf(random, span);
    hits.push(...(isLogged ? loggedVisit(random, who, start) : visitOfPages(random, who, start)));
  }
  return hits;
}

/** A time near an edge, or any other. */
function startOf(random: Random, { from, to, edges }: Span): number {
  if (random.chance(0.35)) return random.pick(edges) + random.integer(-40 * MINUTE, 20 * MINUTE);
  if (random.chance(0.1)) return random.pick(edges);
  return random.integer(from, to - 3 * HOUR);
}

/** Lines of an access log: whole seconds, often several per second, with status and method. */
function loggedVisit(random: Random, who: Partial<VisitHit>, start: number): VisitHit[] {
  const hits: VisitHit[] = [];
  let time = start;
  const origin = random.pickEarly(ORIGINS.slice(0, 4));
  for (let left = random.longTail(30); left > 0; left--) {
    const status = random.chance(0.85) ? 200 : random.pick([301, 304, 404, 404, 500]);
    const method = random.chance(0.9) ? 'GET' : 'POST';
    const [name, path] = loggedRequest(random, status, method);
    const response = {
      bytes: random.chance(0.8) ? random.pick([0, 512, 203_023, 5_368_709_120]) : -1,
      responseTime: random.chance(0.7) ? random.integer(0, 3_000_000) : -1,
    };
    const first = hits.length === 0 ? origin : {};
    hits.push(visitHit({ ...who, ...first, ...response, time, name, path, status, method }));
    if (random.chance(0.05)) time += random.pick(LOG_EDGE_GAPS);
    else if (random.chance(0.6)) time += random.integer(1, 300) * SECOND;
  }
  return hits;
}

/** Name and path of a request: a page view if it delivered a page. */
function loggedRequest(random: Random, status: number, method: string): readonly [string, string] {
  if (random.chance(0.2))
    return random.pick([
      ['request:asset', '/site.css'],
      ['request:feed', '/feed'],
      ['request:api', '/api/x'],
    ] as const);
  const isPage = method === 'GET' && (status === 200 || status === 304);
  return [isPage ? PAGEVIEW : 'request:other', random.pickEarly(PAGES)];
}

/** What pages send: page views, events and engagement signals. */
function visitOfPages(random: Random, who: Partial<VisitHit>, start: number): VisitHit[] {
  const hits: VisitHit[] = [];
  let time = start;
  let origin = random.pickEarly(ORIGINS);
  const beginsWithEvent = random.chance(0.04);
  for (let left = random.longTail(25); left > 0; left--) {
    if (random.chance(0.08)) origin = random.pick(ORIGINS);
    const here = { ...who, ...origin, path: random.pickEarly(PAGES), hostname: hostOf(random, who) };
    if (!beginsWithEvent || hits.length > 0) hits.push(visitHit({ ...here, time, props: pageProps(random) }));
    // Most later hits have no referrer of their own.
    origin = random.chance(0.7) ? {} : origin;
    for (let events = random.chance(0.3) ? random.longTail(4) : 0; events > 0; events--) {
      if (random.chance(0.7)) time += random.integer(0, 20 * SECOND);
      hits.push(visitHit({ ...here, time, ...eventOf(random) }));
    }
    if (random.chance(0.5)) {
      const signals = signalsOf(random, here, time);
      hits.push(...signals);
      time = signals.at(-1)!.time;
    }
    time += gapOf(random);
  }
  return hits;
}

function hostOf(random: Random, { site = '' }: Partial<VisitHit>): string {
  return random.chance(0.9) ? site : `www.${site}`;
}

function pageProps(random: Random): string {
  return random.chance(0.2) ? JSON.stringify({ author: random.pick(['Ann', 'Bo', '']) }) : '';
}

function gapOf(random: Random): number {
  if (random.chance(0.08)) return random.pick(EDGE_GAPS);
  if (random.chance(0.1)) return 0;
  if (random.chance(0.05)) return random.integer(31, 90) * MINUTE;
  return random.integer(1, 240 * SECOND);
}

/** Engagement signals of a page view. Some come after a long silence. */
function signalsOf(random: Random, here: Partial<VisitHit>, seen: number): VisitHit[] {
  const signals: VisitHit[] = [];
  let time = seen;
  let scroll = random.chance(0.1) ? null : 0;
  for (let left = random.integer(1, 2); left > 0; left--) {
    time += random.chance(0.05) ? random.pick([...EDGE_GAPS, 45 * MINUTE]) : random.integer(0, 120 * SECOND);
    if (scroll !== null) scroll = random.integer(scroll, 100);
    const engaged = random.integer(0, Math.min(time - seen, 120 * SECOND));
    signals.push(visitHit({ ...here, name: SIGNAL, time, engaged, scroll }));
  }
  return signals;
}

function eventOf(random: Random): Partial<VisitHit> {
  switch (random.integer(0, 8)) {
    case 0:
    case 1:
      return {
        name: 'signup',
        props: JSON.stringify({ plan: random.pick(['free', 'pro', 'team']), seats: random.integer(1, 9) }),
      };
    case 2:
      return {
        name: 'purchase',
        ...worthOf(random),
        props: JSON.stringify({ items: String(random.integer(1, 4)) }),
      };
    case 3:
      return {
        name: 'outbound',
        props: JSON.stringify({ url: `https://${random.pick(['x', 'y'])}.example/` }),
      };
    case 4:
      return { name: 'download', props: JSON.stringify({ url: random.pick(['/price.pdf', '/guide.pdf']) }) };
    case 5:
      // The second is an event too, since it has neither status nor method.
      return { name: random.pick(['404', 'request:asset']) };
    case 6:
      return {
        name: 'impression',
        interactive: false,
        props: JSON.stringify({ share: random.integer(0, 1000) / 100 }),
      };
    case 7:
      // As versions without signals stored it: an event like others.
      return { name: SIGNAL };
    default:
      return {
        name: 'video',
        props: JSON.stringify({ seconds: random.integer(1, 400) / 4, paused: random.chance(0.5) }),
      };
  }
}

/** Money with few digits, many or none, and refunds below zero; at times a value that is no money. */
function worthOf(random: Random): Pick<VisitHit, 'value' | 'currency'> {
  const currency = random.pickEarly(['EUR', 'USD', 'JPY', 'KWD']);
  const value = random.pick(['19.90', '0.1', '0.2', '100', '1234567890.01', '-19.90', '0.005', '7']);
  if (random.chance(0.9)) return { value, currency };
  return { value: currency === 'EUR' ? value : '', currency: '' };
}
