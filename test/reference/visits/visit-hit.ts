import type { Hit } from '../../../src/hit/hit.ts';

/** Name of an engagement signal, which tells how long a page was looked at and how far it was scrolled. */
export const SIGNAL = 'engagement';
export const PAGEVIEW = 'pageview';

/** A hit with all fields that queries about visits need. Unknown strings are ''. */
export interface VisitHit extends Hit {
  readonly hostname: string;
  readonly utmTerm: string;
  readonly utmContent: string;
  /** ISO 3166-2. */
  readonly region: string;
  readonly city: string;
  readonly browserVersion: string;
  readonly osVersion: string;
  /** `1920x1080` */
  readonly screen: string;
  /** Monetary value: a decimal such as `19.90`, or ''. */
  readonly value: string;
  /** ISO 4217, if there is a value. */
  readonly currency: string;
  /** False for an event that happens without the visitor, which does not count against a bounce. */
  readonly interactive: boolean;
  /** For signals: milliseconds for which the page was looked at since the previous signal. */
  readonly engaged: number;
  /** For signals: percentage of the page seen so far; null if unknown. */
  readonly scroll: number | null;
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
    ...fields,
  };
}
