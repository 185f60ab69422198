/** The server's answers: the members that the page reads. */

import type { DropReason } from '../../src/hit/drop-reason.ts';
import type { Interval } from '../view/period.ts';
import type { Point } from '../view/series.ts';

/** By metric; null is unknown. */
export type Figures = Omit<Point, 'time'>;

interface Counted {
  readonly from: string;
  readonly to: string;
  /** Relative standard error of visitors. Missing if they are exact. */
  readonly error?: number;
  /** Earlier hits are purged: values that need them are null. */
  readonly purged_before?: string;
  /** Later visits lack hits that are still being added: values that need them are null. */
  readonly pending_since?: string;
  readonly totals: Figures;
  readonly series: readonly Point[];
}

export interface Stats extends Counted {
  readonly interval: Interval;
  /** Of revenue. */
  readonly currency?: string;
  /** Revenue in other currencies, which cannot be added to it. */
  readonly otherRevenue?: Readonly<Record<string, string>>;
  readonly comparison?: Counted & { readonly change: { readonly [Name in keyof Figures]?: number | null } };
}

interface Row {
  readonly value: string;
  readonly hits: number;
  readonly visitors: number;
}

export interface Top {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly Row[];
  readonly error?: number;
  /** Earlier hits are purged: rows count hits since then. */
  readonly purged_before?: string;
  /** Later visits lack hits that are still being added: rows cover the time before. */
  readonly pending_since?: string;
}

export interface Site {
  readonly site: string;
  readonly hits: number;
  readonly visitors: number;
  readonly first: string;
  readonly last: string;
  readonly public?: boolean;
}

export interface SitesAnswer {
  readonly sites: readonly Site[];
}

/** A value of a metric: money is a decimal by currency; null is unknown. */
export type Value = number | Readonly<Record<string, string>> | null;
export type Change = number | Readonly<Record<string, number | null>> | null;

interface Measured {
  readonly metrics: readonly Value[];
  /** Changes in per cent. */
  readonly comparison?: { readonly metrics: readonly Value[]; readonly change: readonly Change[] };
}

export interface QueryRow extends Measured {
  readonly dimensions: readonly string[];
}

/** The answer to a query; values are in the order of its dimensions and metrics. */
export interface QueryAnswer {
  readonly results: readonly QueryRow[];
  readonly totals?: Measured;
  readonly meta: {
    readonly total_rows?: number;
    readonly notes?: readonly {
      readonly metrics: readonly string[];
      readonly period: 'period' | 'comparison';
      readonly purged_before?: string;
      readonly pending_since?: string;
    }[];
  };
  readonly query: {
    readonly metrics: readonly string[];
    readonly dimensions: readonly string[];
    readonly period: { readonly from: string; readonly to: string };
    readonly include: { readonly comparison?: { readonly from: string; readonly to: string } };
  };
}

export interface Live {
  readonly at: string;
  readonly stale_since?: string;
  readonly total: { readonly hits: number; readonly visitors: number };
  readonly windows: readonly {
    readonly seconds: number;
    readonly hits: number;
    readonly visitors: number;
    readonly hits_per_second: number;
    readonly error: number;
  }[];
}

export interface Drops {
  readonly since: string;
  readonly drops: readonly { readonly reason: DropReason; readonly hits: number }[];
}

/** A condition on live counts. */
export interface Alert {
  readonly id: string;
  readonly metric: 'hits' | 'visitors';
  /** Of its window. */
  readonly seconds: number;
  /** Null for all sites. */
  readonly site: string | null;
  readonly bound: '>' | '<';
  readonly threshold: number;
  /** Whether it is given by `--alert`. */
  readonly fixed: boolean;
  /** Null before the first check. */
  readonly count: number | null;
  /** Null if it is not active. */
  readonly fired_at: string | null;
}

export interface AlertsAnswer {
  readonly alerts: readonly Alert[];
  /** Whether they are sent to a webhook. */
  readonly webhook: boolean;
}

/** What this browser may do. */
export interface Session {
  readonly reader: boolean;
  readonly admin: boolean;
  readonly public: boolean;
}
