/**
 * What a page tells of itself: that it is seen, and what happens on it.
 *
 * A report is a text, so that a browser sends it to another host without asking first, and a beacon, so that it leaves also
 * when the page does. Nothing is kept in the browser; a cookie, if the server sets one, is for its own site only.
 */

/** What an event is about: values by name. */
export type Props = Readonly<Record<string, string | number | boolean>>;

export interface TrackerOptions {
  /** Where Hit Tracker is, such as `https://stats.example.com`: `/hit` is added. */
  readonly endpoint: string;
  /** Default: the page's host. */
  readonly site?: string | undefined;
  /** Whether the part behind # makes another page: `/app#/news` is `/app/news` then. Default: no. */
  readonly hash?: boolean;
  /** Whether clicks on links to other hosts are counted, as the event `outbound`. Default: no. */
  readonly outbound?: boolean;
  /** Whether visitors who ask not to be tracked (Do Not Track, Global Privacy Control) are left alone. Default: no. */
  readonly respect?: boolean;
  /** Whether pages of this machine are counted: localhost, files. Default: no. */
  readonly local?: boolean;
}

export interface Tracker {
  /**
   * Counts an event.
   *
   * @param name such as `signup`; none is the page itself once more
   * @example
   * tracker.hit('signup', { plan: 'team' });
   */
  hit(name?: string, props?: Props): void;
  /** Counts no more pages by itself. */
  stop(): void;
}

const LOCAL = /^(localhost|127\..*|\[::1\]|.*\.localhost|)$/;

/**
 * Counts the page now, or when it is looked at, and every page that a single-page app makes of it.
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
  /** The page that was counted last. */
  let seen: string | undefined;
  /** Of the first page; the next ones come from this site itself. */
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

  /** When somebody looks: a page may be made ready beforehand, or opened behind others. */
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
  // A page that comes back as it was left is seen again.
  listen(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    seen = undefined;
    view();
  });
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = (...args) => {
      change.apply(history, args);
      // Its title comes a moment later. What is not seen yet is counted when it is.
      if (seen !== undefined) setTimeout(view);
    };
  }
  if (outbound) {
    const follow = ({ target, button }: Event & { button?: number }) => {
      // The right one opens a menu, and follows nothing.
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
    // A browser without beacons, or one that does not let us.
  }
  fetch(url, { method: 'POST', body, keepalive: true, mode: 'no-cors' }).catch(() => undefined);
}
