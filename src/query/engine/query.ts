/** A query about hits and visits, as interpreted, and its answer: `POST /api/v1/query`. */
import { CLIENT_COLUMNS, ORIGIN_COLUMNS } from '../../clickhouse/visit-columns.ts';

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

export const PROP_METRICS = ['sum', 'avg', 'p50', 'p95'] as const;
type PropMetric = `${(typeof PROP_METRICS)[number]}:prop:${string}`;
export type Metric = (typeof METRICS)[number] | PropMetric;

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];
type TimeDimension = `time:${Interval}`;

/** Of a visit: the values of its first hit, and the page of its last page view. */
export const VISIT_DIMENSIONS = [
  'source',
  'channel',
  ...ORIGIN_COLUMNS,
  'entry_page',
  'exit_page',
  ...CLIENT_COLUMNS,
] as const;
export type VisitDimension = (typeof VISIT_DIMENSIONS)[number];

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
type HitDimension = (typeof HIT_DIMENSIONS)[number] | `prop:${string}`;
export type FilterDimension = VisitDimension | HitDimension;
export type Dimension = TimeDimension | FilterDimension;

/** Numbers of a visit: `visit_duration` in seconds, `scroll_depth` in per cent. */
export const VISIT_NUMBERS = [
  'visit_duration',
  'visit_pageviews',
  'visit_events',
  'visit_hits',
  'scroll_depth',
] as const;
export type NumberName = (typeof VISIT_NUMBERS)[number] | 'value' | `prop:${string}`;

export const TEXT_OPERATORS = ['is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not'] as const;
export const NUMBER_OPERATORS = ['greater', 'at_least', 'less', 'at_most'] as const;
export type TextOperator = (typeof TEXT_OPERATORS)[number];
export type NumberOperator = (typeof NUMBER_OPERATORS)[number];

export type Filter =
  | readonly [TextOperator, FilterDimension, readonly string[]]
  | readonly [NumberOperator, NumberName, readonly [number]]
  | readonly ['and' | 'or', readonly Filter[]]
  | readonly ['not' | 'has_done' | 'has_not_done', Filter];

/** What one hit must be to convert a goal. Pages and URLs are patterns, in which `*` is any text. */
export type Action =
  | { readonly kind: 'page'; readonly page: string }
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly props?: Readonly<Record<string, readonly string[]>>;
    }
  /** `depth` in per cent. */
  | { readonly kind: 'scroll'; readonly page: string; readonly depth: number }
  | { readonly kind: 'outbound' | 'download'; readonly url?: string }
  | { readonly kind: 'not_found'; readonly page?: string };

export interface Goal {
  readonly site: string;
  readonly name: string;
  readonly action: Action;
}

/** Milliseconds since 1970; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const BOTS = ['exclude', 'include', 'only'] as const;

/** What queries, funnels, journeys and retention are about. */
export interface Scope extends Span {
  /** Empty: all sites. */
  readonly sites: readonly string[];
  /** IANA name. */
  readonly timezone: string;
  readonly bots: (typeof BOTS)[number];
  /** Combined with AND. */
  readonly filters: readonly Filter[];
  /** The goals of the sites; there may be goals of other sites too. */
  readonly goals: readonly Goal[];
}

export interface Query extends Scope {
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  /** The goal that conversions and revenue refer to; undefined for any. */
  readonly goal: string | undefined;
  /**
   * Whether all visits that overlap the period are stored, with all their hits: then they can be read instead of hits. Default:
   * unknown.
   */
  readonly hasAllVisits?: boolean;
  /** Whether visitors may be estimates, with a standard error of `ESTIMATE_ERROR`. Default: they are exact. */
  readonly estimatesVisitors?: boolean;
}

/** Money: a decimal by currency. */
export type Money = Readonly<Record<string, string>>;
/** Null if unknown, such as the bounce rate without visits. */
export type Value = number | Money | null;

export type Change = number | Readonly<Record<string, number | null>> | null;

export interface Row {
  /** Values of the dimensions; '' is unknown. Times are ISO 8601 UTC. */
  readonly dimensions: readonly string[];
  readonly metrics: readonly Value[];
}
