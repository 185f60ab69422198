/**
 * Reports page views and events of a page.
 *
 * A report is plain text, so that browsers send it to another host without a preflight, and a beacon, so that it is sent
 * even when the page is closed. Nothing is stored in the browser; a cookie, if the server sets one, is limited to its own
 * site.
 */

/** Properties of an event. */
export type Props = Readonly<Record<string, string | number | boolean>>;

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
   */
  hit(name?: string, props?: Props): void;
  /** Stops counting pages. */
  stop(): void;
}

const LOCAL = /^(localhost|127\..*|\[::1\]|.*\.localhost|)$/;

/**
 * Counts the page now, or when it becomes visible, and every navigation of a single-page app.
 *
 * @example
 * const tracker = createTracker({ endpoint: 'https://stats.example.com', site: 'example.com' });
 * tracker.hit('download', { file: 'report.pdf' });
 */
export function createTracker(options: TrackerOptions): Tracker {
  const { endpoint, site = location.hostname, hash, outbound, respect, local } = options;
  const asksNot = navigator as Navigator & { globalPrivacyControl?: boolean };
  const isSilent =
    (!local && (LOCAL.test(location.hostname) || !/^http/.test(location.protocol))) ||
    (respect && (asksNot.doNotTrack === '1' || asksNot.globalPrivacyControl));
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The last counted page. */
  let seen: string | undefined;
  /** Only for the first page; later ones are reached from this site. */
  let referrer = document.referrer;

  const pathOf = () =>
    (hash && location.hash
      ? `${location.pathname.replace(/\/$/, '')}/${location.hash.replace(/^#\/?/, '')}`
      : location.pathname) + location.search;

  const hit = (name?: string, props?: Props) => {
    if (isSilent) return;
    const report = { site, path: pathOf(), referrer, title: document.title, name, props };
    send(`${endpoint}/hit`, JSON.stringify(report));
  };

  const view = () => {
    const path = pathOf();
    if (signal.aborted || path === seen) return;
    seen = path;
    hit();
    referrer = '';
  };

  const listen = (target: EventTarget, name: string, listener: (event: Event) => void, capture = false) =>
    target.addEventListener(name, listener, { signal, capture });

  /** When the page is visible: it may be prerendered, or opened in a background tab. */
  const whenSeen = () => {
    if (document.visibilityState === 'visible' && !(document as { prerendering?: boolean }).prerendering)
      view();
  };

  whenSeen();
  listen(document, 'visibilitychange', () => {
    if (seen === undefined) whenSeen();
  });
  listen(document, 'prerenderingchange', whenSeen);
  listen(window, 'popstate', view);
  listen(window, 'hashchange', view);
  // A page restored from the back/forward cache is viewed again.
  listen(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    seen = undefined;
    view();
  });
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = (...args) => {
      change.apply(history, args);
      // Its title is set a moment later. A page that is not visible yet is counted when it is.
      if (seen !== undefined) setTimeout(view);
    };
  }
  if (outbound) {
    const follow = ({ target, button }: Event & { button?: number }) => {
      // The right button opens a menu, and does not follow the link.
      if (button === 2) return;
      const link = (target as Element).closest?.<HTMLAnchorElement>('a[href]');
      if (link && /^http/.test(link.protocol) && link.host !== location.host)
        hit('outbound', { url: link.href });
    };
    listen(document, 'click', follow, true);
    listen(document, 'auxclick', follow, true);
  }
  return { hit, stop: () => stopping.abort() };
}

function send(url: string, body: string): void {
  try {
    if (navigator.sendBeacon(url, body)) return;
  } catch {
    // A browser without beacons, or one that refuses them.
  }
  fetch(url, { method: 'POST', body, keepalive: true, mode: 'no-cors' }).catch(() => undefined);
}
