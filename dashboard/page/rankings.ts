/** The rankings of the page by card. */
import type { Filter, FilterDimension } from '../view/filter.ts';
import type { TableMetric } from './metrics.ts';

export interface Ranking {
  readonly by: FilterDimension;
  /** Dimension whose value precedes that of the row: a version says nothing without its browser. */
  readonly within?: FilterDimension;
  /** Label of its tab, unique on its card. */
  readonly name: string;
  /** Its name in the export of all tables. Missing: its dimension. */
  readonly table?: string;
  /** Columns of its card, and of its dialog. */
  readonly metrics: readonly TableMetric[];
  readonly allMetrics: readonly TableMetric[];
  /** Column that it is ordered by at first. Missing: the first one. */
  readonly order?: TableMetric;
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
/** Requests that are not page views, which have no visits of their own. */
const OF_REQUESTS = ['hits', 'visitors'] as const;
/** Without images and errors of access logs. What is not of a log has no class. */
const PAGE_REQUESTS: Filter = ['is_not', 'class', ['asset', 'feed', 'api', 'other']];
/** What goals of the kind `not_found` count: events named 404, and statuses of what may be a page in a log. */
const NOT_FOUND: Filter = [
  'or',
  [
    ['is', 'event', ['404']],
    [
      'and',
      [
        ['is', 'status', ['404']],
        ['is', 'event', ['pageview', 'request:other']],
      ],
    ],
  ],
];
const CAMPAIGN_HINT = 'No campaigns in this period. Tag links with ?utm_campaign=… to see them here.';

function ofVisits(by: FilterDimension, name: string, more: Partial<Ranking> = {}): Ranking {
  return { by, name, metrics: OF_VISITS, allMetrics: ALL_OF_VISITS, top: by, ...more };
}

function version(by: FilterDimension, within: FilterDimension, name: string): Ranking {
  return { by, within, name, metrics: OF_VISITS, allMetrics: ALL_OF_VISITS };
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
      filters: [PAGE_REQUESTS],
    },
    ofVisits('entry_page', 'Entry pages', { top: 'entry' }),
    ofVisits('exit_page', 'Exit pages', { top: 'exit' }),
    {
      by: 'page',
      name: 'Engagement',
      table: 'engagement',
      metrics: ['time_on_page', 'scroll_depth', 'visitors'],
      allMetrics: ['time_on_page', 'scroll_depth', 'visitors', 'pageviews', 'visits', 'bounce_rate'],
      order: 'visitors',
      filters: [PAGE_REQUESTS],
    },
    {
      by: 'page',
      name: 'Not found',
      table: 'not_found',
      metrics: OF_REQUESTS,
      allMetrics: OF_REQUESTS,
      filters: [NOT_FOUND],
      empty: "No missing pages in this period. Call hit('404') on your error page to count them.",
    },
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
    version('browser_version', 'browser', 'Browser versions'),
    ofVisits('os', 'Operating systems'),
    version('os_version', 'os', 'OS versions'),
    ofVisits('device', 'Devices'),
    ofVisits('screen', 'Screens'),
  ],
};

/** The cards of all sites, in two columns. */
export const CARDS = [
  [PAGES, PLACES],
  [SOURCES, DEVICES],
] as const;

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

const OF_LINKS = ['events', 'visitors'] as const;

/** Addresses of links to other sites, or of downloads. */
function links(event: 'outbound' | 'download', name: string, empty: string): Ranking {
  return {
    ...{ by: 'prop:url', name, table: event, metrics: OF_LINKS, allMetrics: OF_LINKS, empty },
    filters: [['is', 'event', [event]]],
  };
}

export const OUTBOUND = links(
  'outbound',
  'Outbound links',
  'No outbound links in this period. The attribute data-outbound of the snippet counts clicks on them.',
);
export const DOWNLOADS = links(
  'download',
  'Downloads',
  "No downloads in this period. Call hit('download', { url: link.href }) when a file is downloaded.",
);

/** Requests of access logs that are not page views. */
export const REQUESTS: RankingCard = {
  name: 'Requests',
  rankings: [
    {
      by: 'status',
      name: 'Status codes',
      metrics: OF_REQUESTS,
      allMetrics: OF_REQUESTS,
      // Only logs have it.
      isOptional: true,
    },
    {
      by: 'page',
      name: 'Static files',
      table: 'static_files',
      metrics: OF_REQUESTS,
      allMetrics: OF_REQUESTS,
      filters: [['is', 'class', ['asset']]],
    },
    {
      by: 'class',
      name: 'Request classes',
      metrics: OF_REQUESTS,
      allMetrics: OF_REQUESTS,
      isOptional: true,
    },
  ],
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
