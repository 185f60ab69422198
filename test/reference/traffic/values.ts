/** The values that traffic is made of. They are few, so that they meet. */

import type { VisitHit } from '../visits/visit-hit.ts';

export const SITES = ['shop.example', 'blog.example', 'app.example'] as const;
/** The site whose access logs are imported; pages of the other sites send hits. */
export const LOG_SITE = 'log.example';

export const PAGES = [
  '/',
  '/pricing',
  '/blog/a',
  '/blog/b',
  '/docs/start',
  '/docs/deep/er',
  '/checkout',
  '/thanks',
  '/über uns',
  '/a*b',
] as const;

/** Where a visit comes from, as the fields of a hit. */
export const ORIGINS: readonly Partial<VisitHit>[] = [
  {},
  { source: 'google.com', referrer: 'https://google.com/' },
  { source: 'news.example', referrer: 'https://news.example/item' },
  { source: 'bing.com', referrer: 'https://bing.com/search' },
  { source: 'letter', utmSource: 'letter', utmMedium: 'email', utmCampaign: 'spring', utmContent: 'top' },
  {
    ...{ source: 'google', referrer: 'https://google.com/', utmSource: 'google', utmMedium: 'cpc' },
    ...{ utmCampaign: 'brand', utmTerm: 'hit counter', utmContent: 'blue' },
  },
  { source: 'google', utmSource: 'google', utmMedium: 'cpc', utmCampaign: 'spring', utmTerm: 'analytics' },
  { clickId: 'gclid' },
  { source: 'facebook.com', referrer: 'https://facebook.com/', clickId: 'fbclid' },
  // One of two services, so it is its own name; and one that is no longer on any list.
  { clickId: 'yclid' },
  { clickId: 'gone' },
];

export const CLIENTS: readonly Partial<VisitHit>[] = [
  {
    ...{ browser: 'Firefox', browserVersion: '140', os: 'Linux', device: 'desktop', language: 'de' },
    ...{ country: 'DE', region: 'DE-BE', city: 'Berlin', screen: '1920x1080' },
  },
  {
    ...{ browser: 'Chrome', browserVersion: '141', os: 'Windows', osVersion: '11', device: 'desktop' },
    ...{ language: 'en', country: 'US', region: 'US-NY', city: 'New York', screen: '1440x900' },
  },
  {
    ...{ browser: 'Safari', browserVersion: '26', os: 'iOS', osVersion: '26.1', device: 'mobile' },
    ...{ language: 'en', country: 'US', region: 'US-CA', screen: '390x844' },
  },
  {
    browser: 'Chrome',
    browserVersion: '140',
    os: 'Android',
    device: 'mobile',
    language: 'fr',
    country: 'FR',
  },
  { browser: '', os: '', device: '', language: '', country: '' },
];

export const BOTS = ['Googlebot', 'GPTBot', 'bingbot'] as const;

/** Silences around the one that ends a visit, in milliseconds. */
export const EDGE_GAPS = [1_799_999, 1_800_000, 1_800_001] as const;
/** The same for logs, which have whole seconds. */
export const LOG_EDGE_GAPS = [1_799_000, 1_800_000, 1_801_000] as const;

/** Times with much traffic: midnights, ends of months, and clock changes in Berlin and New York. */
export const SPANS = [
  {
    from: Date.UTC(2026, 1, 25),
    to: Date.UTC(2026, 3, 3),
    edges: [
      '2026-03-01T00:00Z',
      '2026-03-01T05:00Z',
      '2026-03-08T07:00Z',
      '2026-03-28T23:00Z',
      '2026-03-29T01:00Z',
    ],
  },
  {
    from: Date.UTC(2026, 9, 18),
    to: Date.UTC(2026, 10, 9),
    edges: [
      '2026-10-24T22:00Z',
      '2026-10-25T01:00Z',
      '2026-10-31T23:00Z',
      '2026-11-01T00:00Z',
      '2026-11-01T06:00Z',
    ],
  },
  {
    from: Date.UTC(2027, 11, 20),
    to: Date.UTC(2028, 2, 6),
    edges: [
      '2027-12-31T23:00Z',
      '2028-01-01T00:00Z',
      '2028-01-01T05:00Z',
      '2028-02-29T00:00Z',
      '2028-03-01T00:00Z',
    ],
  },
] as const;
