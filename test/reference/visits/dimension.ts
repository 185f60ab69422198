/**
 * The values of dimensions. Those of a visit are of its first hit, whatever its later hits say.
 *
 * Where the contract is silent:
 *
 * - What is unknown is '', is a value like others, has a row, and can be filtered by. (Plausible has words for it,
 *   `(not set)` and `Direct / None`, which a program would have to know, and a page to translate.)
 * - `event` of a page view is `pageview`.
 * - `goal` has all goals that a hit converts: such a hit is in several rows, and one that converts none in no row.
 * - `status` is a text such as `404`, '' if no log says it. `is` and `is_not` also take classes: `4xx`.
 * - A property that is a text is that text, any other its JSON; one that is missing is ''.
 * - A hit is of one site, so `site` may be asked of a query for several.
 */

import type { FilterDimension, VisitDimension } from './query.ts';
import { VISIT_DIMENSIONS } from './query.ts';
import type { Visit, VisitedHit } from './visit.ts';
import type { VisitHit } from './visit-hit.ts';

/** What lists say of hits, which may get better while hits stay. */
export interface Lists {
  readonly sourceOf: (hit: VisitHit) => string;
  readonly channelOf: (hit: VisitHit) => string;
  readonly operatorOf: (bot: string) => string;
  readonly kindOf: (bot: string) => string;
}

/** A few entries, for tests; the lists of the product are to be passed in. */
export const PLAIN_LISTS: Lists = {
  sourceOf: ({ source }) => source,
  channelOf: ({ utmMedium, source }) => {
    if (utmMedium === 'cpc') return 'Paid Search';
    if (utmMedium === 'email') return 'Email';
    return source === '' ? 'Direct' : 'Referral';
  },
  operatorOf: (bot) => (bot === 'Googlebot' ? 'Google' : bot === 'GPTBot' ? 'OpenAI' : ''),
  kindOf: (bot) => (bot === '' ? '' : bot === 'GPTBot' ? 'ai_training' : 'search'),
};

export interface Naming {
  readonly lists: Lists;
  readonly goalsOf: (hit: VisitedHit) => readonly string[];
}

const FIELDS = {
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

/** A reader of the values that a hit has of a dimension: one, but any number of goals. */
export function readerOf(dimension: FilterDimension, naming: Naming): (hit: VisitedHit) => readonly string[] {
  if (isOfVisit(dimension)) return ({ visit }) => [valueOfVisit(visit, dimension, naming.lists)];
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
      return naming.goalsOf;
    case 'status':
      return ({ hit }) => [hit.status === 0 ? '' : String(hit.status)];
    case 'method':
      return ({ hit }) => [hit.method];
    case 'bot':
      return ({ hit }) => [hit.bot];
    case 'bot_operator':
      return ({ hit }) => [naming.lists.operatorOf(hit.bot)];
    case 'bot_kind':
      return ({ hit }) => [naming.lists.kindOf(hit.bot)];
    default:
      throw new Error(`there is no dimension ${dimension}`);
  }
}

function valueOfVisit(visit: Visit, dimension: VisitDimension, { sourceOf, channelOf }: Lists): string {
  if (dimension === 'exit_page') return visit.exitPage;
  if (dimension === 'source') return sourceOf(visit.first);
  if (dimension === 'channel') return channelOf(visit.first);
  return visit.first[FIELDS[dimension]];
}
