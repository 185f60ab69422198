import type { Hit } from '../../../src/hit/hit.ts';

/** Name of engagement signals, which tell how long a page was looked at, or how far it was scrolled. */
export const SIGNAL = 'engagement';
export const PAGEVIEW = 'pageview';

/** A hit whose scroll depth is null if it is unknown. */
export interface VisitHit extends Omit<Hit, 'scroll'> {
  /** For signals: percentage of the page seen so far; null if unknown. */
  readonly scroll: number | null;
}

/** Versions without signals stored events of their name, which tell neither. */
export function isSignal({ name, engaged, scroll }: VisitHit): boolean {
  return name === SIGNAL && (engaged > 0 || scroll !== null);
}

/** An ordinary page view with the given fields. */
export function visitHit(fields: Partial<VisitHit>): VisitHit {
  const site = fields.site ?? 'example.com';
  return {
    ...{ site, time: 0, visitorHigh: 0, visitorLow: 1, bot: '', path: '/', name: PAGEVIEW },
    ...{
      source: '',
      referrer: '',
      utmSource: '',
      utmMedium: '',
      utmCampaign: '',
      utmTerm: '',
      utmContent: '',
      clickId: '',
    },
    ...{ country: 'DE', region: '', city: '', browser: 'Firefox', browserVersion: '', os: 'Linux' },
    ...{
      osVersion: '',
      device: 'desktop',
      language: 'de',
      screen: '',
      hostname: site,
      status: 0,
      method: '',
    },
    ...{ title: '', props: '', value: '', currency: '', interactive: true, engaged: 0, scroll: null },
    ...{ bytes: -1, responseTime: -1 },
    ...fields,
  };
}
