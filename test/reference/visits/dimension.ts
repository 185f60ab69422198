/**
 * Values of dimensions. Those of a visit come from its first hit, whatever later hits say. Choices where the contract is silent:
 *
 * - An unknown value is ''. It is a value like others: it has a row and can be filtered by. (Plausible returns `(not set)`
 *   or `Direct / None`, which programs would have to know and pages to translate.)
 * - `event` of a page view is `pageview`.
 * - `goal` has every goal that a hit converts. Such a hit is in several rows; a hit that converts none is in no row.
 * - `status` is a string such as `404`, and '' unless a log recorded it. `is` and `is_not` also accept classes: `4xx`.
 * - A property that is a string is that string, any other value its JSON, and '' if it is missing.
 */

import type { FilterDimension, VisitDimension } from './query.ts';
import { VISIT_DIMENSIONS } from './query.ts';
import type { HitInVisit, Visit } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

/** Names that come from lists when a query is answered, so that better lists correct the past. */
export interface Classifier {
  readonly sourceOf: (hit: VisitHit) => string;
  /** The source that somebody means who asks for this text. */
  readonly meantSource: (text: string) => string;
  readonly channelOf: (hit: VisitHit) => string;
  readonly operatorOf: (bot: string) => string;
  readonly kindOf: (bot: string) => string;
}

/** A few entries for tests. To compare an engine, pass in the product's lists. */
export const PLAIN_CLASSIFIER: Classifier = {
  sourceOf: ({ source }) => source,
  meantSource: (text) => text,
  channelOf: ({ utmMedium, source }) => {
    if (utmMedium === 'cpc') return 'Paid Search';
    if (utmMedium === 'email') return 'Email';
    return source === '' ? 'Direct' : 'Referral';
  },
  operatorOf: (bot) => (bot === 'Googlebot' ? 'Google' : bot === 'GPTBot' ? 'OpenAI' : ''),
  kindOf: (bot) => (bot === '' ? '' : bot === 'GPTBot' ? 'ai_training' : 'search'),
};

export interface Labels {
  readonly classifier: Classifier;
  readonly goalsOf: (hit: HitInVisit) => readonly string[];
}

/** Fields of a visit's first hit, by dimension. */
export const FIELDS = {
  referrer: 'referrer',
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  utm_term: 'utmTerm',
  utm_content: 'utmContent',
  entry_page: 'path',
  country: 'country',
  region: 'region',
  city: 'city',
  browser: 'browser',
  browser_version: 'browserVersion',
  os: 'os',
  os_version: 'osVersion',
  device: 'device',
  language: 'language',
  screen: 'screen',
} as const;

export function isOfVisit(dimension: string): dimension is VisitDimension {
  return (VISIT_DIMENSIONS as readonly string[]).includes(dimension);
}

/** Reads the values of a dimension from a hit: exactly one, except for any number of goals. */
export function readerOf(dimension: FilterDimension, labels: Labels): (hit: HitInVisit) => readonly string[] {
  if (isOfVisit(dimension)) return ({ visit }) => [valueOfVisit(visit, dimension, labels.classifier)];
  if (dimension.startsWith('prop:')) {
    const key = dimension.slice('prop:'.length);
    return ({ props }) => [props.get(key) ?? ''];
  }
  switch (dimension) {
    case 'site':
      return ({ hit }) => [hit.site];
    case 'page':
      return ({ hit }) => [hit.path];
    case 'hostname':
      return ({ hit }) => [hit.hostname];
    case 'event':
      return ({ hit }) => [hit.name];
    case 'goal':
      return labels.goalsOf;
    case 'class':
      return ({ kind, hit }) => [
        kind === 'pageview' ? 'page' : kind === 'request' ? hit.name.replace('request:', '') : '',
      ];
    case 'status':
      return ({ hit }) => [hit.status === 0 ? '' : String(hit.status)];
    case 'method':
      return ({ hit }) => [hit.method];
    case 'bot':
      return ({ hit }) => [hit.bot];
    case 'bot_operator':
      return ({ hit }) => [labels.classifier.operatorOf(hit.bot)];
    case 'bot_kind':
      return ({ hit }) => [labels.classifier.kindOf(hit.bot)];
    default:
      throw new Error(`there is no dimension ${dimension}`);
  }
}

function valueOfVisit(visit: Visit, dimension: VisitDimension, { sourceOf, channelOf }: Classifier): string {
  if (dimension === 'exit_page') return visit.exitPage;
  if (dimension === 'source') return sourceOf(visit.first);
  if (dimension === 'channel') return channelOf(visit.first);
  return visit.first[FIELDS[dimension]];
}
