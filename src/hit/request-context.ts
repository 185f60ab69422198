import type { Screen } from './screen.ts';

/** What a report may contain besides the page and the event. */
export interface Details {
  /** Class of the screen: see `screen.ts`. */
  readonly screen: Screen | '';
  /** What the event is worth: see `worth.ts`. */
  readonly value: string;
  readonly currency: string;
  /** False for an event that happens without the visitor. */
  readonly interactive: boolean;
  /** Of an engagement signal: milliseconds. */
  readonly engaged: number;
  /** Of an engagement signal: 0 to 100 per cent of the page. -1 if unknown. */
  readonly scroll: number;
}

export const NO_DETAILS: Details = {
  screen: '',
  value: '',
  currency: '',
  interactive: true,
  engaged: 0,
  scroll: -1,
};

/**
 * Raw facts of one request or one log line, as received and not yet interpreted. '' means unknown.
 */
export interface RequestContext extends Details {
  /**
   * Entry point. `plain`: the counter, which counts every request. `beacon`: a visitor's own request, sent by the page.
   * `request`: a request to a program that tracks it. `server`: reported by a trusted sender, so it is not rate-limited
   * and gets no cookie. `log`: a line of an access log.
   */
  readonly kind: 'plain' | 'beacon' | 'request' | 'server' | 'log';
  /** Time in milliseconds since 1970 UTC: now, except for `server` and `log`, which supply it. */
  readonly time: number;
  /** Site as named by the sender; '' to derive it from `host`. */
  readonly site: string;
  /** Host that the request was sent to; may include a port. */
  readonly host: string;
  /** Path; may include query and fragment. */
  readonly path: string;
  /** Name of the event; '' for a page view. */
  readonly name: string;
  readonly referrer: string;
  readonly title: string;
  /** A JSON object as text. */
  readonly props: string;
  /** Host of the page; may include a port. */
  readonly hostname: string;
  readonly userAgent: string;
  /** `Accept-Language`. */
  readonly language: string;
  /** Address at the other end of the connection. */
  readonly peer: string;
  /** `X-Forwarded-For`. */
  readonly forwarded: string;
  /** `Cookie`. */
  readonly cookie: string;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
  /** `Sec-Purpose` or `Purpose`. */
  readonly purpose: string;
  readonly status: number;
  readonly method: string;
  /** Size of the response in bytes, and its duration in microseconds; -1 if unknown. */
  readonly bytes: number;
  readonly responseTime: number;
  /** Visitor as named by a trusted sender; '' to derive it. */
  readonly visitor: string;
}

/** A context with all facts unknown: spread it first, then set the known ones. */
export const EMPTY_CONTEXT: RequestContext = {
  kind: 'server',
  time: 0,
  site: '',
  host: '',
  path: '/',
  name: '',
  referrer: '',
  title: '',
  props: '',
  hostname: '',
  ...NO_DETAILS,
  userAgent: '',
  language: '',
  peer: '',
  forwarded: '',
  cookie: '',
  secure: false,
  purpose: '',
  status: 0,
  method: '',
  bytes: -1,
  responseTime: -1,
  visitor: '',
};
