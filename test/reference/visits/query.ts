/** Queries about visits and their answers: the JSON of `POST /api/v1/query`, and of funnels, journeys and retention. */

export const METRICS = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'hits',
  'views_per_visit',
  'bounce_rate',
  'visit_duration',
  'time_on_page',
  'scroll_depth',
  'conversions',
  'conversion_rate',
  'revenue',
  'average_revenue',
  'percentage',
  'bandwidth',
  'response_time_p50',
  'response_time_p95',
] as const;

export type PropMetric = `${'sum' | 'avg' | 'p50' | 'p95'}:prop:${string}`;
export type Metric = (typeof METRICS)[number] | PropMetric;

export const TIME_DIMENSIONS = ['time:minute', 'time:hour', 'time:day', 'time:week', 'time:month'] as const;
export const VISIT_DIMENSIONS = [
  'source',
  'channel',
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'entry_page',
  'exit_page',
  'country',
  'region',
  'city',
  'browser',
  'browser_version',
  'os',
  'os_version',
  'device',
  'language',
  'screen',
] as const;
export const HIT_DIMENSIONS = [
  'site',
  'page',
  'hostname',
  'event',
  'goal',
  'class',
  'status',
  'method',
  'bot',
  'bot_operator',
  'bot_kind',
] as const;

export type TimeDimension = (typeof TIME_DIMENSIONS)[number];
export type VisitDimension = (typeof VISIT_DIMENSIONS)[number];
export type HitDimension = (typeof HIT_DIMENSIONS)[number] | `prop:${string}`;
export type FilterDimension = VisitDimension | HitDimension;
export type Dimension = TimeDimension | FilterDimension;

export const VISIT_NUMBERS = [
  'visit_duration',
  'visit_pageviews',
  'visit_events',
  'visit_hits',
  'scroll_depth',
] as const;
/** A number of a visit (`visit_duration` in seconds, `scroll_depth` in percent), or of a hit. */
export type NumberName = (typeof VISIT_NUMBERS)[number] | 'value' | `prop:${string}`;

export type TextOperator = 'is' | 'is_not' | 'contains' | 'contains_not' | 'matches' | 'matches_not';
export type NumberOperator = 'greater' | 'at_least' | 'less' | 'at_most';

export type Filter =
  | readonly [TextOperator, FilterDimension, readonly string[]]
  | readonly [NumberOperator, NumberName, readonly [number]]
  | readonly ['and' | 'or', readonly Filter[]]
  | readonly ['not' | 'has_done' | 'has_not_done', Filter];

export const PERIOD_NAMES = [
  'today',
  'yesterday',
  '24h',
  '7d',
  '28d',
  '30d',
  '90d',
  '12mo',
  'month',
  'last_month',
  'year',
  'last_year',
  'all',
] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** Dates of the query's time zone or ISO 8601 times with an offset; `from` inclusive, `to` exclusive. */
export interface PeriodText {
  readonly from: string;
  readonly to: string;
}

/** What all queries about visits have in common. */
export interface Scope {
  /** One or several; all if absent. */
  readonly site?: string | readonly string[];
  readonly period: PeriodName | PeriodText;
  /** An IANA name. Default: UTC. */
  readonly timezone?: string;
  /** Combined with AND. */
  readonly filters?: readonly Filter[];
  readonly bots?: 'exclude' | 'include' | 'only';
}

export interface Query extends Scope {
  readonly metrics: readonly Metric[];
  readonly dimensions?: readonly Dimension[];
  /** Name of the goal that conversions, their rate and revenue refer to. */
  readonly goal?: string;
  readonly order_by?: readonly (readonly [Metric | Dimension, 'asc' | 'desc'])[];
  readonly limit?: number;
  readonly offset?: number;
  readonly include?: {
    readonly comparison?: 'previous_period' | 'year_over_year' | PeriodText;
    readonly totals?: boolean;
    readonly total_rows?: boolean;
  };
}

/** Money: a decimal by currency. */
export type Money = Readonly<Record<string, string>>;
/** Null if unknown, such as the bounce rate without visits. */
export type Value = number | Money | null;
/** Change in percent of the earlier value, for money by currency. Null if that value is 0 or unknown. */
export type Change = number | Readonly<Record<string, number | null>> | null;

export interface Compared {
  readonly metrics: readonly Value[];
  readonly change: readonly Change[];
}

export interface Row {
  readonly dimensions: readonly string[];
  readonly metrics: readonly Value[];
  readonly comparison?: Compared;
}

/** Metrics that are null because no hit has what they count. */
export interface Note {
  readonly metrics: readonly Metric[];
  readonly period: 'period' | 'comparison';
  readonly detail: string;
}

export interface Answer {
  readonly results: readonly Row[];
  readonly totals?: Omit<Row, 'dimensions'>;
  readonly meta: { readonly total_rows?: number; readonly notes?: readonly Note[] };
  /** The periods as they were understood. */
  readonly query: { readonly period: PeriodText; readonly comparison?: PeriodText };
}

/** Conditions on the properties of an event: each property must have one of the values. */
export type PropConditions = Readonly<Record<string, readonly string[]>>;

/** What one hit must be to convert a goal or to be a step of a funnel. Pages and URLs may contain `*`. */
export type Action =
  | { readonly kind: 'page'; readonly page: string }
  | { readonly kind: 'event'; readonly event: string; readonly props?: PropConditions }
  /** `depth` in percent */
  | { readonly kind: 'scroll'; readonly page: string; readonly depth: number }
  | { readonly kind: 'outbound' | 'download'; readonly url?: string }
  | { readonly kind: 'not_found'; readonly page?: string };

export interface Goal {
  readonly name: string;
  readonly action: Action;
}

/** The name of a goal, or an action. */
export type FunnelAction = string | Action;

/** What a hit must be to be a step: one action, or any of several. */
export type FunnelTest = FunnelAction | { readonly any: readonly FunnelAction[] };

export interface FunnelQuery extends Scope {
  /** 2 to 8. */
  readonly steps: readonly FunnelTest[];
  /** All steps in one visit, or all within so many days after the first. */
  readonly within: 'visit' | { readonly days: number };
  /** A dimension of the visit that the funnel is entered with. */
  readonly by?: VisitDimension;
  /** Maximum number of values. Default: 100. */
  readonly limit?: number;
}

export interface FunnelStep {
  readonly visitors: number;
  /** Visitors of the previous step who did not reach this one. 0 for the first. */
  readonly drop_off: number;
  /** `drop_off` as a share of the visitors of the previous step. */
  readonly drop_off_rate: number | null;
  /** Share of the visitors of the first step who reached this one. */
  readonly conversion_rate: number | null;
}

export interface FunnelAnswer {
  /** All visitors that the filters choose, whether they enter the funnel or not. */
  readonly visitors: number;
  readonly steps: readonly FunnelStep[];
  /** By value of the dimension, those with the most visitors at the first step first. */
  readonly rows?: readonly FunnelRow[];
}

export interface FunnelRow {
  readonly value: string;
  readonly steps: readonly FunnelStep[];
}

export interface JourneyQuery extends Scope {
  /** The page that paths start after, or end before. May contain `*`. */
  readonly page: string;
  readonly direction: 'after' | 'before';
  /** Number of pages per path, at least 1. */
  readonly steps: number;
  /** Maximum number of continuations per path. Default: 10. */
  readonly limit?: number;
}

/** Pages, the one next to the queried page first. Null is the end of the visit, or its start if paths go back. */
export interface PagePath {
  readonly pages: readonly (string | null)[];
  readonly visits: number;
  readonly visitors: number;
}

export interface JourneyAnswer {
  /** Visits with the page. */
  readonly visits: number;
  readonly visitors: number;
  /** Ordered by length, then by visits. */
  readonly paths: readonly PagePath[];
}

export interface RetentionQuery extends Scope {
  readonly interval: 'day' | 'week' | 'month';
  /** Which visits count as a return. Default: all. */
  readonly return_filters?: readonly Filter[];
}

export interface Cohort {
  /** Start of the interval in which the first visits start. */
  readonly time: string;
  readonly visitors: number;
  /** How many of them have a visit in this interval, in the next one, and so on to the end of the period. */
  readonly returned: readonly number[];
}

export interface RetentionAnswer {
  readonly cohorts: readonly Cohort[];
}
