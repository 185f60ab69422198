import { Memo, owned } from '../cache/memo.ts';
import { withoutEmails } from './email.ts';
import { LIMITS } from './hit.ts';
import { siteName } from './site-name.ts';
import { normalized } from './text.ts';

/** Where a visitor came from. */
export interface Referrer {
  /** The referrer's host without `www.`; '' if it is missing, not a web address, or the site itself. */
  readonly host: string;
  /** The referrer without credentials, query and fragment, which may contain private data. */
  readonly url: string;
}

/** Campaign parameters of the page's own query. */
export interface Campaign {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly term: string;
  readonly content: string;
}

const NO_REFERRER: Referrer = { host: '', url: '' };
const NO_CAMPAIGN: Campaign = { source: '', medium: '', campaign: '', term: '', content: '' };
/** The parameters of a campaign. Others, such as click ids, occur once each, and would fill a cache for nothing. */
const CAMPAIGN_PARAMETERS = /(?:^|&)(?:utm_|ref=|source=)[^&]*/g;

const referrers = new Memo({ most: 10_000, longest: LIMITS.referrer }, parseReferrer);
const campaigns = new Memo({ most: 10_000, longest: LIMITS.referrer }, parseCampaign);
const languages = new Memo({ most: 2_000, longest: 100 }, parseLanguage);

/**
 * Parses a `Referer` header. The same string is parsed once.
 *
 * @example
 * referrerOf('https://www.example.org/a?q=1#top'); // { host: 'example.org', url: 'https://www.example.org/a' }
 */
export function referrerOf(text: string): Referrer {
  return text === '' ? NO_REFERRER : referrers.of(text);
}

/**
 * Reads the campaign from a query string: `utm_source` (or `ref`, `source`), `utm_medium`, `utm_campaign`, `utm_term`,
 * `utm_content`.
 *
 * @param query without `?`
 */
export function campaignOf(query: string): Campaign {
  const own = query === '' ? null : query.match(CAMPAIGN_PARAMETERS);
  return own === null ? NO_CAMPAIGN : campaigns.of(own.join(''));
}

function parseReferrer(text: string): Referrer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:' && url.protocol !== 'android-app:')) {
    return NO_REFERRER;
  }
  const host = siteName(url.hostname).replace(/^www\./, '');
  return {
    host,
    url: owned(`${url.protocol}//${url.host}${withoutEmails(url.pathname)}`.slice(0, LIMITS.referrer)),
  };
}

function parseCampaign(query: string): Campaign {
  const parameters = new URLSearchParams(query);
  const value = (...names: string[]) => {
    for (const name of names) {
      const found = parameters.get(name);
      if (found) return normalized(found, LIMITS.utm);
    }
    return '';
  };
  return {
    source: value('utm_source', 'ref', 'source'),
    medium: value('utm_medium'),
    campaign: value('utm_campaign'),
    term: value('utm_term'),
    content: value('utm_content'),
  };
}

/** Primary subtag of the language preferred by an `Accept-Language` header: `de` for `de-CH,fr;q=0.8`. */
export function languageOf(header: string): string {
  return header === '' ? '' : languages.of(header);
}

function parseLanguage(header: string): string {
  return /^\s*([a-z]{2,3})(?:[-_,;\s]|$)/i.exec(header)?.[1]?.toLowerCase() ?? '';
}
