/**
 * Reports page views and events of a page, and how long and how far down it is viewed.
 *
 * A report is plain text, so that browsers send it to another host without a preflight, and a beacon, so that it is sent
 * even when the page is closed. Nothing is stored in the browser; a cookie, if the server sets one, is limited to its own
 * site.
 */

/** Properties of an event. */
export type Props = Readonly<Record<string, string | number | boolean>>;

/** More about an event. */
export interface EventDetails {
  /** What it is worth: a number, or a decimal number as a string, which is exact. */
  readonly value?: number | string;
  /** Of the value, if it is money: ISO 4217, such as `EUR`. */
  readonly currency?: string;
  /** Whether the visitor did it. If not, a visit with one page view is still a bounce. Default: yes. */
  readonly interactive?: boolean;
}

export interface TrackerOptions {
  /** URL of Hit Tracker, such as `https://stats.example.com`: `/hit` is appended. */
  readonly endpoint: string;
  /** Default: the page's host. */
  readonly site?: string | undefined;
  /** Whether the part after # is part of the page: `/app#/news` is counted as `/app/news`. Default: no. */
  readonly hash?: boolean;
  /** Whether clicks on links to other hosts are counted, as the event `outbound`. Default: no. */
  readonly outbound?: boolean;
  /** Whether to respect Do Not Track and Global Privacy Control. Default: no. */
  readonly respect?: boolean;
  /** Whether local pages are counted: localhost, files. Default: no. */
  readonly local?: boolean;
}

export interface Tracker {
  /**
   * Counts an event.
   *
   * @param name such as `signup`; if missing, counts the page again
   * @example
   * tracker.hit('signup', { plan: 'team' });
   * tracker.hit('order', { size: 3 }, { value: '19.90', currency: 'EUR' });
   */
  hit(name?: string, props?: Props, details?: EventDetails): void;
  /** Stops counting pages, and reporting how long they are viewed. */
  stop(): void;
}

/** Milliseconds. A shorter view is reported only if it reached further down. */
const LEAST_ENGAGED = 3000;

/**
 * Counts the page now, or when it becomes visible, and every navigation of a single-page app.
 *
 * @example
 * const tracker = createTracker({ endpoint: 'https://stats.example.com', site: 'example.com' });
 * tracker.hit('download', { url: 'https://example.com/report.pdf' });
 */
export function createTracker({ endpoint, site, hash, outbound, respect, local }: TrackerOptions): Tracker {
  const stopping = new AbortController();
  const { signal } = stopping;
  const hit = track(`${endpoint}/hit`, site, hash, outbound, respect, local, { capture: true, signal });
  return { hit, stop: () => stopping.abort() };
}

/** The same without option names, which would take a tenth of the script. @returns `hit` */
export function track(
  url: string,
  site = location.hostname,
  hash?: boolean,
  outbound?: boolean,
  respect?: boolean,
  local?: boolean,
  /** With `capture`, since all events of the document pass the window first. */
  listening: AddEventListenerOptions = { capture: true },
): Tracker['hit'] {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean };
  const isSilent =
    // Local pages and files.
    (!local && !/^https?:\/\/(?!127\.|\[::1]|([^/]+\.)?localhost[:/])/.test(location.href)) ||
    (respect && (browser.doNotTrack === '1' || browser.globalPrivacyControl));
  /** The last counted page; '' for none yet. */
  let seen = '';
  /** Only for the first page; later ones are reached from this site. */
  let referrer = document.referrer;
  /** When the page became visible and focused; 0 if it is not. */
  let since = 0;
  /** Milliseconds for which it was, not yet reported. */
  let spent = 0;
  /** How far down it was viewed, how much of that was reported, and its height, in pixels. */
  let reach = 0;
  let told = 0;
  let height = 0;

  const pathOf = () =>
    (location.pathname + (hash ? location.hash : '')).replace(/\/?#\/?/, '/') + location.search;

  const hit = (name?: string, props?: Props, details?: object) => {
    if (isSilent) return;
    const { title } = document;
    const { width } = screen;
    const body = JSON.stringify({
      site,
      path: pathOf(),
      referrer,
      title,
      name,
      props,
      screen: width,
      ...details,
    });
    // A browser without beacons, or one that refuses them.
    if (browser.sendBeacon?.(url, body)) return;
    fetch(url, { method: 'POST', body, keepalive: true }).catch(() => 0);
  };

  const look = () => {
    height = document.documentElement.scrollHeight;
    reach = Math.max(reach, scrollY + innerHeight);
  };

  /** Reports how long the page was viewed, once it is no longer visible and focused. */
  const engage = (isLeft?: boolean) => {
    // A monotonic clock, as the time of day may be set back.
    const now = performance.now();
    if (since) spent += now - since;
    since = !document.hidden && document.hasFocus() ? now : 0;
    if (seen && (isLeft || !since) && (reach > told || spent >= LEAST_ENGAGED)) {
      hit('engagement', undefined, {
        path: seen,
        engaged: spent,
        scroll: Math.min(100, (reach / height) * 100),
      });
      told = reach;
      spent = 0;
    }
  };

  const view = () => {
    const path = pathOf();
    if (listening.signal?.aborted || path === seen) return;
    engage(true);
    seen = path;
    spent = reach = told = 0;
    look();
    hit();
    referrer = '';
  };

  const listen = (names: string, listener: (event: Event) => void) => {
    for (const name of names.split(' ')) addEventListener(name, listener, listening);
  };

  /** When the page becomes visible or hidden. A prerendered page, or one in a background tab, is hidden. */
  const attend = () => {
    if (seen) {
      look();
      engage();
    } else if (!document.hidden) view();
  };

  attend();
  listen('visibilitychange prerenderingchange focus blur', attend);
  listen('scroll', look);
  listen('popstate hashchange', view);
  // A page restored from the back/forward cache is viewed again.
  listen('pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    seen = '';
    view();
  });
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = (...args) => {
      change.apply(history, args);
      // Its title is set a moment later. A page that is not visible yet is counted when it is.
      if (seen) setTimeout(view);
    };
  }
  if (outbound) {
    listen('click auxclick', ({ target, button }: Event & { button?: number }) => {
      const link = (target as Element).closest?.<HTMLAnchorElement>('a[href]');
      // The right button opens a menu, and does not follow the link.
      if (button !== 2 && link && /^http/.test(link.protocol) && link.host !== location.host)
        hit('outbound', { url: link.href });
    });
  }
  return hit;
}
