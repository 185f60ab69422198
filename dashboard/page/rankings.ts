/** The rankings of the page by card, and the formats of their values. */

import type { Dimension } from '../../src/clickhouse/dimension.ts';
import { flagOf } from '../text/format.ts';
import { format } from './preferences.ts';

export interface Ranking {
  /** What the server ranks by. */
  readonly by: string;
  /** Label of its tab and its column. */
  readonly name: string;
  readonly value: string;
  /** What a click on a row filters by; missing if hits cannot be filtered by it. */
  readonly dimension?: Dimension;
  /** Label for hits without a value. Missing: they are left out. */
  readonly none?: string;
  /** Label of the hits. */
  readonly counts?: string;
  /** A value that every hit has, which is hidden. */
  readonly without?: (value: string) => boolean;
  /** Format of a value. Missing: unchanged. */
  readonly say?: (value: string) => string;
  readonly icon?: (value: string) => string;
  /** Text if there are no values yet. */
  readonly empty?: string;
}

export interface RankingCard {
  readonly name: string;
  readonly rankings: readonly Ranking[];
}

const capital = (value: string) => value.charAt(0).toUpperCase() + value.slice(1);

const PAGES: RankingCard = {
  name: 'Pages',
  rankings: [
    { by: 'path', name: 'Pages', value: 'Page', dimension: 'path' },
    { by: 'entry', name: 'Entry pages', value: 'Entry page', dimension: 'path', counts: 'Visits' },
    { by: 'exit', name: 'Exit pages', value: 'Exit page', dimension: 'path', counts: 'Visits' },
  ],
};

const CAMPAIGN_HINT = 'No campaigns in this period. Links with ?utm_campaign=… show up here.';

const SOURCES: RankingCard = {
  name: 'Sources',
  rankings: [
    { by: 'source', name: 'Sources', value: 'Source', dimension: 'source', none: 'Direct or unknown' },
    {
      by: 'referrer',
      name: 'Referrers',
      value: 'Referrer',
      dimension: 'referrer',
      none: 'Direct or unknown',
    },
    {
      by: 'utm_campaign',
      name: 'Campaigns',
      value: 'Campaign',
      dimension: 'utm_campaign',
      empty: CAMPAIGN_HINT,
    },
    { by: 'utm_medium', name: 'Mediums', value: 'Medium', dimension: 'utm_medium', empty: CAMPAIGN_HINT },
    {
      by: 'utm_source',
      name: 'UTM sources',
      value: 'UTM source',
      dimension: 'utm_source',
      empty: CAMPAIGN_HINT,
    },
  ],
};

const PLACES: RankingCard = {
  name: 'Places',
  rankings: [
    {
      by: 'country',
      name: 'Countries',
      value: 'Country',
      dimension: 'country',
      none: 'Unknown',
      say: (code) => format.country(code),
      icon: flagOf,
    },
    {
      by: 'language',
      name: 'Languages',
      value: 'Language',
      dimension: 'language',
      none: 'Unknown',
      say: (code) => capital(format.language(code)),
    },
  ],
};

const DEVICES: RankingCard = {
  name: 'Devices',
  rankings: [
    { by: 'browser', name: 'Browsers', value: 'Browser', dimension: 'browser', none: 'Unknown' },
    { by: 'os', name: 'Operating systems', value: 'System', dimension: 'os', none: 'Unknown' },
    { by: 'device', name: 'Devices', value: 'Device', dimension: 'device', none: 'Unknown', say: capital },
  ],
};

export const CARDS: readonly RankingCard[] = [PAGES, SOURCES, PLACES, DEVICES];

export const EVENTS: Ranking = {
  by: 'name',
  name: 'Events',
  value: 'Event',
  dimension: 'name',
  // Page views, and other requests of access logs.
  without: (value) => value === 'pageview' || value.startsWith('request:'),
  empty: "No events in this period. hit('signup', { plan: 'pro' }) on a page sends one.",
};

export const BOTS: Ranking = {
  by: 'bot',
  name: 'Bots',
  value: 'Bot',
  dimension: 'bot',
  empty: 'No bots in this period.',
};

/** Values of a property of events. */
export function propRanking(key: string): Ranking {
  return { by: `prop:${key}`, name: 'Properties', value: key };
}

const NAMES: Readonly<Record<Dimension, string>> = {
  path: 'Page',
  referrer: 'Referrer',
  source: 'Source',
  country: 'Country',
  browser: 'Browser',
  os: 'System',
  device: 'Device',
  language: 'Language',
  utm_source: 'UTM source',
  utm_medium: 'Medium',
  utm_campaign: 'Campaign',
  name: 'Event',
  bot: 'Bot',
};

export function dimensionName(dimension: Dimension): string {
  return NAMES[dimension];
}

/** The displayed form of a value. */
export function valueName(ranking: Ranking, value: string): string {
  if (value === '') return ranking.none ?? 'None';
  return ranking.say?.(value) ?? value;
}

/** The ranking by a dimension, for its labels. */
export function rankingOf(dimension: Dimension): Ranking {
  return (
    [...CARDS.flatMap(({ rankings }) => rankings), EVENTS, BOTS].find((each) => each.by === dimension) ??
    EVENTS
  );
}
