import type { SentHit } from './sent-hit.ts';

/** Dimension for ranking and filtering → its field. */
export const FIELDS = {
  path: 'path',
  referrer: 'referrer',
  source: 'source',
  country: 'country',
  browser: 'browser',
  os: 'os',
  device: 'device',
  language: 'language',
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  name: 'name',
  bot: 'bot',
} as const;

export type Field = keyof typeof FIELDS;

/** Texts between asterisks: `['/blog/', '']` matches a prefix, `['/']` the text itself. */
export type Pattern = readonly string[];

export interface Condition {
  readonly field: Field;
  readonly negated: boolean;
  /** Any of them. */
  readonly patterns: readonly Pattern[];
}

/** The hits that a query selects. */
export interface Chosen {
  /** '' for all. */
  readonly site: string;
  readonly bots: 'exclude' | 'include' | 'only';
  /** Codes, and classes by their first digit; any if empty. */
  readonly status: readonly number[];
  readonly conditions: readonly Condition[];
}

/** Whether a hit is selected, at any time. */
export function isChosen(hit: SentHit, { site, bots, status, conditions }: Chosen): boolean {
  if (site !== '' && hit.site !== site) return false;
  if (bots === 'exclude' && hit.bot !== '') return false;
  if (bots === 'only' && hit.bot === '') return false;
  if (status.length > 0) {
    if (!status.includes(hit.status) && !status.includes(Math.floor(hit.status / 100))) return false;
  }
  for (const { field, negated, patterns } of conditions) {
    const value = hit[FIELDS[field]];
    let isMatched = false;
    for (const pattern of patterns) if (matches(value, pattern)) isMatched = true;
    if (isMatched === negated) return false;
  }
  return true;
}

/** Tries every way to match the pieces in the text. */
export function matches(text: string, [first = '', ...rest]: Pattern): boolean {
  if (!text.startsWith(first)) return false;
  const left = text.slice(first.length);
  if (rest.length === 0) return left === '';
  for (let at = 0; at <= left.length; at++) if (matches(left.slice(at), rest)) return true;
  return false;
}
