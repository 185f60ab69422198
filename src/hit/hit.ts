/** The hit type, and the limits of its fields. */

/** One counted request, page view or event. Unknown strings are ''. */
export interface Hit {
  /** Site that was hit: a lower-case host name without port. */
  readonly site: string;
  /** Time in milliseconds since 1970 UTC. */
  readonly time: number;
  /** The visitor: a keyed 64-bit hash, as two unsigned 32-bit halves. */
  readonly visitorHigh: number;
  readonly visitorLow: number;
  /** Name of the bot that sent it; '' for people. Bots are stored, not counted. */
  readonly bot: string;
  /** Path without query and fragment. */
  readonly path: string;
  /** `pageview`, `engagement` for a signal, or the name of a custom event. */
  readonly name: string;
  /** Where the visitor came from: `utm_source`, else the referrer's host. */
  readonly source: string;
  /** Referrer without query and fragment. */
  readonly referrer: string;
  readonly utmSource: string;
  readonly utmMedium: string;
  readonly utmCampaign: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly browser: string;
  readonly os: string;
  /** `desktop`, `mobile`, `tablet` or `tv`. */
  readonly device: string;
  /** Primary language subtag: `en`. */
  readonly language: string;
  /** HTTP status and method, known for hits from access logs. 0 and '' otherwise. */
  readonly status: number;
  readonly method: string;
  readonly title: string;
  /** A JSON object as text, or ''. */
  readonly props: string;
  /** Host that the page was on: lower case, without port. */
  readonly hostname: string;
  readonly utmTerm: string;
  readonly utmContent: string;
  /** Kind of the click id that an advertisement added to the page's address, such as `gclid`. Never the id. */
  readonly clickId: string;
  /** ISO 3166-2: `US-CA`. */
  readonly region: string;
  /** English name. */
  readonly city: string;
  /** Major version: `133`. */
  readonly browserVersion: string;
  /** Major version, or as it is usually called: `14`, `10.15`, `XP`. */
  readonly osVersion: string;
  /** Class of the screen's width, which tells less of a visitor than the width: see `screen.ts`. */
  readonly screen: string;
  /** What an event is worth: a decimal number as text, such as `19.90`, or ''. */
  readonly value: string;
  /** Currency of the value: ISO 4217, or '' for a value that is not money. */
  readonly currency: string;
  /** False for an event that happens without the visitor: it does not count against a bounce. */
  readonly interactive: boolean;
  /** Of an engagement signal: milliseconds for which the page was looked at since the last signal. */
  readonly engaged: number;
  /** Of an engagement signal: the part of the page seen so far, 0 to 100 per cent. -1 if unknown. */
  readonly scroll: number;
  /** Size of the response in bytes, known for hits from access logs; -1 otherwise. */
  readonly bytes: number;
  /** Duration of the response in microseconds, known for hits from some access logs; -1 otherwise. */
  readonly responseTime: number;
}

export const PAGE_VIEW = 'pageview';

/** Name of engagement signals. The intake accepts nothing else with this name, but older versions stored events with it. */
export const ENGAGEMENT = 'engagement';

/**
 * Whether a hit is an engagement signal, which reports how long or how far down a page was viewed. Signals are stored with the
 * hits, but never counted. In SQL: `clickhouse/queries/signal.sql`.
 */
export function isSignal({ name, engaged, scroll }: Pick<Hit, 'name' | 'engaged' | 'scroll'>): boolean {
  return name === ENGAGEMENT && (engaged > 0 || scroll >= 0);
}

/** Whether a hit counts. Bots and engagement signals are stored, but not counted. */
export function isCounted(hit: Pick<Hit, 'bot' | 'name' | 'engaged' | 'scroll'>): boolean {
  return hit.bot === '' && !isSignal(hit);
}

/** Maximum length of each field in UTF-16 units. A longer path, name or props is refused; other fields are cut. */
export const LIMITS = {
  site: 253,
  path: 8192,
  name: 200,
  props: 4096,
  referrer: 2048,
  title: 500,
  utm: 200,
} as const;
