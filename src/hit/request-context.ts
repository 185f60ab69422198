/**
 * Plain facts of one request, or of one line of a log: what the outside said, nothing concluded yet. '' is unknown.
 */
export interface RequestContext {
  /**
   * Which door it came through. `plain`: the counter, which counts whoever comes. `beacon`: a visitor's own request,
   * as a page's report of itself. `server`: told by a trusted sender, hence neither limited nor given a cookie.
   * `log`: a line of an access log.
   */
  readonly kind: 'plain' | 'beacon' | 'server' | 'log';
  /** When, in milliseconds since 1970 UTC: now, but for `server` and `log`, which tell it. */
  readonly time: number;
  /** Site as the sender names it; '' for that of `host`. */
  readonly site: string;
  /** Host that the request was sent to, maybe with a port. */
  readonly host: string;
  /** Path, maybe with query and fragment. */
  readonly path: string;
  /** Name of the event; '' for a page view. */
  readonly name: string;
  readonly referrer: string;
  readonly title: string;
  /** A JSON object as text. */
  readonly props: string;
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
  /** Visitor as a trusted sender names it; '' to find out. */
  readonly visitor: string;
}

/** Facts of which nothing is known: to be spread under those that are. */
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
  userAgent: '',
  language: '',
  peer: '',
  forwarded: '',
  cookie: '',
  secure: false,
  purpose: '',
  status: 0,
  method: '',
  visitor: '',
};
