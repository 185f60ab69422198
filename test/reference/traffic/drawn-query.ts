/** Queries of all kinds about the generated traffic, drawn at random: for the reference's own tests, and to compare engines. */

import {
  type Dimension,
  type Filter,
  type FilterDimension,
  type FunnelAction,
  type FunnelQuery,
  HIT_DIMENSIONS,
  type JourneyQuery,
  METRICS,
  type Metric,
  type Query,
  type RetentionQuery,
  type Scope,
  TIME_DIMENSIONS,
  VISIT_DIMENSIONS,
  VISIT_NUMBERS,
} from '../visits/query.ts';
import type { Random } from './random.ts';
import { BOTS, LOG_SITE, PAGES, SITES, SPANS } from './values.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'] as const;
const GOALS = [
  'signup',
  'paid signup',
  'purchase',
  'blog',
  'read blog',
  'leaves',
  'guide',
  'not found',
] as const;
const PROPS = ['plan', 'seats', 'items', 'url', 'author', 'seconds', 'share'] as const;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Values that hits have, and a few that none has. */
const VALUES: Readonly<Partial<Record<FilterDimension, readonly string[]>>> = {
  source: ['', 'google.com', 'google', 'letter', 'none.example'],
  channel: ['Direct', 'Referral', 'Email', 'Paid Search'],
  referrer: ['', 'https://google.com/', 'https://news.example/item'],
  utm_source: ['', 'google', 'letter'],
  utm_medium: ['', 'cpc', 'email'],
  utm_campaign: ['', 'spring', 'brand'],
  utm_term: ['', 'analytics', 'hit counter'],
  utm_content: ['', 'top', 'blue'],
  entry_page: PAGES,
  exit_page: ['', ...PAGES],
  page: PAGES,
  country: ['', 'DE', 'US', 'FR'],
  region: ['', 'DE-BE', 'US-NY'],
  city: ['', 'Berlin', 'New York'],
  browser: ['', 'Firefox', 'Chrome'],
  browser_version: ['', '140', '141'],
  os: ['', 'Linux', 'iOS'],
  os_version: ['', '11'],
  device: ['', 'desktop', 'mobile'],
  language: ['', 'de', 'en'],
  screen: ['', '1920x1080'],
  site: [...SITES, LOG_SITE],
  hostname: [SITES[0], `www.${SITES[0]}`],
  event: ['pageview', 'signup', 'purchase', 'impression', '404'],
  goal: GOALS,
  class: ['', 'page', 'asset', 'other'],
  status: ['', '200', '404', '3xx', '4xx'],
  method: ['', 'GET', 'POST'],
  bot: ['', ...BOTS],
  bot_operator: ['Google', 'OpenAI', ''],
  bot_kind: ['search', 'ai_training'],
  'prop:plan': ['', 'free', 'pro'],
  'prop:author': ['', 'Ann'],
};

/** @param seed the seed of the traffic, so that periods cover it */
export function drawnQuery(random: Random, seed: number): Query {
  const metrics = distinct(random, 1 + random.longTail(4), () => drawnMetric(random));
  const dimensions = distinct(random, random.pick([0, 1, 1, 1, 2, 2, 3]), () => drawnDimension(random));
  const columns: (Metric | Dimension)[] = [...metrics, ...dimensions];
  return {
    ...drawnScope(random, seed),
    metrics,
    dimensions,
    ...(random.chance(0.3) && { goal: random.pick(GOALS) }),
    ...(random.chance(0.4) && {
      order_by: distinct(random, random.integer(1, 2), () => random.pick(columns)).map(
        (column) => [column, random.pick(['asc', 'desc'] as const)] as const,
      ),
    }),
    ...(random.chance(0.4) && { limit: random.integer(1, 20), offset: random.pick([0, 0, 3]) }),
    include: {
      ...(random.chance(0.4) && { comparison: random.pick(['previous_period', 'year_over_year'] as const) }),
      ...{ totals: random.chance(0.4), total_rows: random.chance(0.5) },
    },
  };
}

export function drawnFunnel(random: Random, seed: number): FunnelQuery {
  return {
    ...drawnScope(random, seed),
    steps: Array.from({ length: random.pick([2, 2, 3, 3, 4, 5, 8]) }, () =>
      random.chance(0.8) ? drawnStep(random) : { any: [drawnStep(random), drawnStep(random)] },
    ),
    within: random.chance(0.5) ? 'visit' : { days: random.pick([1, 7, 30]) },
    ...(random.chance(0.5) && { by: random.pick(VISIT_DIMENSIONS), limit: random.pick([3, 100]) }),
  };
}

export function drawnJourney(random: Random, seed: number): JourneyQuery {
  return {
    ...drawnScope(random, seed),
    page: random.pick(['/', '/pricing', '/blog/*', '*']),
    direction: random.pick(['after', 'before']),
    ...{ steps: random.integer(1, 5), limit: random.integer(1, 10) },
  };
}

export function drawnRetention(random: Random, seed: number): RetentionQuery {
  return {
    ...drawnScope(random, seed),
    interval: random.pick(['day', 'week', 'month']),
    ...(random.chance(0.3) && { return_filters: [drawnFilter(random, 1)] }),
  };
}

export function drawnFilter(random: Random, depth: number): Filter {
  const kind = random.integer(0, depth > 0 ? 9 : 5);
  if (kind <= 4) {
    const dimension = drawnFilterDimension(random);
    const operator = random.pick([
      'is',
      'is',
      'is_not',
      'contains',
      'contains_not',
      'matches',
      'matches_not',
    ] as const);
    return [
      operator,
      dimension,
      distinct(random, random.integer(1, 2), () => drawnText(random, operator, dimension)),
    ];
  }
  if (kind === 5) {
    const number = random.pick([...VISIT_NUMBERS, 'value', 'prop:seats', 'prop:items'] as const);
    const operator = random.pick(['greater', 'at_least', 'less', 'at_most'] as const);
    return [operator, number, [random.pick([0, 0.1, 1, 2, 5, 50, 1799.999])]];
  }
  if (kind <= 7) {
    const filters = Array.from({ length: 2 }, () => drawnFilter(random, depth - 1));
    return [kind === 6 ? 'and' : 'or', filters];
  }
  const operator = kind === 8 ? 'not' : random.pick(['has_done', 'has_not_done'] as const);
  return [operator, drawnFilter(random, depth - 1)];
}

function drawnScope(random: Random, seed: number): Scope {
  const { from, to, edges } = SPANS[seed % SPANS.length]!;
  const start = random.chance(0.5) ? Date.parse(random.pick(edges)) : random.integer(from, to - DAY);
  const length = random.pick([HOUR, DAY, DAY, 2 * DAY, 7 * DAY, 30 * DAY, 60 * DAY]);
  const whole = random.chance(0.5);
  const text = (time: number) => new Date(time).toISOString().slice(0, whole ? 10 : undefined);
  return {
    ...(random.chance(0.6) && { site: random.pickEarly([...SITES, LOG_SITE]) }),
    period: random.chance(0.1)
      ? 'all'
      : { from: text(start), to: text(start + Math.max(length, whole ? DAY : 0)) },
    timezone: random.pick(ZONES),
    filters: Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => drawnFilter(random, 2)),
    ...(random.chance(0.1) && { bots: random.pick(['exclude', 'include', 'only'] as const) }),
  };
}

function drawnMetric(random: Random): Metric {
  if (random.chance(0.85)) return random.pick(METRICS);
  return `${random.pick(['sum', 'avg', 'p50', 'p95'] as const)}:prop:${random.pick(PROPS)}`;
}

function drawnDimension(random: Random): Dimension {
  return random.chance(0.25) ? random.pick(TIME_DIMENSIONS.slice(1)) : drawnFilterDimension(random);
}

/** A common dimension half of the time, any other half. */
function drawnFilterDimension(random: Random): FilterDimension {
  if (random.chance(0.5))
    return random.pick(['page', 'source', 'goal', 'event', 'entry_page', 'exit_page', 'prop:plan']);
  return random.pick([...VISIT_DIMENSIONS, ...HIT_DIMENSIONS, 'prop:author', 'prop:plan'] as const);
}

function drawnText(random: Random, operator: string, dimension: FilterDimension): string {
  const value = random.pick(VALUES[dimension] ?? ['']);
  if (operator.startsWith('contains')) return value.slice(0, random.integer(0, 4));
  if (!operator.startsWith('matches')) return value;
  const cut = random.integer(0, value.length);
  return random.pick([
    '*',
    `${value.slice(0, cut)}*`,
    `*${value.slice(cut)}`,
    `${value.slice(0, cut)}*${value.slice(cut)}`,
  ]);
}

function drawnStep(random: Random): FunnelAction {
  if (random.chance(0.5)) return random.pick(GOALS);
  return random.chance(0.5)
    ? { kind: 'page', page: random.pick(['*', '/', '/pricing', '/docs/*']) }
    : random.pick([{ kind: 'outbound' }, { kind: 'scroll', page: '*', depth: 50 }]);
}

/** So many different items, or fewer if they do not turn up. */
function distinct<Item>(random: Random, count: number, draw: () => Item): Item[] {
  const items = new Set<Item>();
  for (let tries = 0; items.size < count && tries < 5 * (count + random.integer(0, 1)); tries++)
    items.add(draw());
  return [...items];
}
