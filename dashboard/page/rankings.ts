/** The rankings of the page by card. */
import type { Filter, FilterDimension } from '../view/filter.ts';
import type { TableMetric } from './metrics.ts';

export interface Ranking {
  readonly by: FilterDimension;
  /** Label of its tab. */
  readonly name: string;
  /** Columns of its card, and of its dialog. The first is what it is ordered by. */
  readonly metrics: readonly TableMetric[];
  readonly allMetrics: readonly TableMetric[];
  /** Dimension of `top`, which also knows counts of purged hits. */
  readonly top?: string;
  /** Filters in addition to those of the view. */
  readonly filters?: readonly Filter[];
  /** Whether the empty value is left out: most hits have none. */
  readonly isOptional?: boolean;
  /** Text if there are no values yet. */
  readonly empty?: string;
}

/** Text without values, unless the ranking has its own. */
export const NO_ROWS = 'No data in this period.';

export interface RankingCard {
  readonly name: string;
  readonly rankings: readonly Ranking[];
}

const OF_VISITS = ['visitors', 'visits', 'percentage'] as const;
const ALL_OF_VISITS = [
  ...OF_VISITS,
  ...([
    'pageviews',
    'views_per_visit',
    'bounce_rate',
    'visit_duration',
    'conversions',
    'conversion_rate',
  ] as const),
];
const CAMPAIGN_HINT = 'No campaigns in this period. Tag links with ?utm_campaign=… to see them here.';

function ofVisits(by: FilterDimension, name: string, more: Partial<Ranking> = {}): Ranking {
  return { by, name, metrics: OF_VISITS, allMetrics: ALL_OF_VISITS, top: by, ...more };
}

function campaign(by: FilterDimension, name: string): Ranking {
  return ofVisits(by, name, { isOptional: true, empty: CAMPAIGN_HINT });
}

const PAGES: RankingCard = {
  name: 'Pages',
  rankings: [
    {
      by: 'page',
      name: 'Pages',
      top: 'path',
      metrics: ['visitors', 'pageviews', 'percentage'],
      allMetrics: [
        ...(['visitors', 'pageviews', 'percentage', 'visits', 'bounce_rate', 'visit_duration'] as const),
        ...(['time_on_page', 'scroll_depth', 'conversions'] as const),
      ],
      // Images and errors in access logs. What is not of a log has no class.
      filters: [['is_not', 'class', ['asset', 'feed', 'api', 'other']]],
    },
    ofVisits('entry_page', 'Entry pages', { top: 'entry' }),
    ofVisits('exit_page', 'Exit pages', { top: 'exit' }),
  ],
};

const SOURCES: RankingCard = {
  name: 'Sources',
  rankings: [
    ofVisits('source', 'Sources'),
    ofVisits('channel', 'Channels'),
    ofVisits('referrer', 'Referrers'),
    campaign('utm_campaign', 'Campaigns'),
    campaign('utm_medium', 'UTM mediums'),
    campaign('utm_source', 'UTM sources'),
    campaign('utm_term', 'UTM terms'),
    campaign('utm_content', 'UTM contents'),
  ],
};

const PLACES: RankingCard = {
  name: 'Places',
  rankings: [
    ofVisits('country', 'Countries'),
    ofVisits('region', 'Regions'),
    ofVisits('city', 'Cities'),
    ofVisits('language', 'Languages'),
  ],
};

const DEVICES: RankingCard = {
  name: 'Devices',
  rankings: [
    ofVisits('browser', 'Browsers'),
    ofVisits('os', 'Operating systems'),
    ofVisits('device', 'Devices'),
    ofVisits('screen', 'Screens'),
  ],
};

export const CARDS: readonly RankingCard[] = [PAGES, SOURCES, PLACES, DEVICES];

const OF_EVENTS = ['visitors', 'events', 'percentage'] as const;

export const EVENTS: Ranking = {
  by: 'event',
  name: 'Events',
  metrics: OF_EVENTS,
  allMetrics: OF_EVENTS,
  top: 'name',
  // Page views, and other requests of access logs.
  filters: [['matches_not', 'event', ['pageview', 'request:*']]],
  empty: "No events in this period. Call hit('signup', { plan: 'pro' }) on a page to send one.",
};

const OF_GOALS = ['visitors', 'conversions', 'conversion_rate', 'revenue'] as const;

export const GOALS: Ranking = {
  by: 'goal',
  name: 'Goals',
  metrics: OF_GOALS,
  allMetrics: [...OF_GOALS, 'average_revenue'],
  empty: 'No conversions in this period. With +, add a goal of a site, such as a sign-up.',
};

export const BOTS: Ranking = {
  by: 'bot',
  name: 'Bots',
  metrics: ['visitors', 'hits'],
  allMetrics: ['visitors', 'hits'],
  top: 'bot',
  empty: 'No bots in this period.',
};

/** Values of a property of events. */
export function propRanking(key: string): Ranking {
  return {
    by: `prop:${key}`,
    name: 'Properties',
    metrics: OF_EVENTS,
    allMetrics: OF_EVENTS,
    isOptional: true,
  };
}
