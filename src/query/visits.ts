import type { Fragments } from '../clickhouse/sql.ts';
import { type Parameters, QUERY_LIMITS, type Store } from '../store/store.ts';
import type { Metric } from './selection.ts';

/** Those figures of visits that were asked for. Null where they cannot be known. */
export interface VisitFigures {
  readonly visits?: number | null;
  /** Visits of one hit, of any name, among all: 0 to 1, with four digits. Null where there is no visit. */
  readonly bounce_rate?: number | null;
  /** Mean seconds from the first hit of a visit to its last, with one digit. Null where there is no visit. */
  readonly visit_duration?: number | null;
}

/** Of an interval. */
interface Tally {
  readonly visits: number;
  readonly bounces: number;
  /** Milliseconds of all visits together. */
  readonly duration: number;
}

const NONE: Tally = { visits: 0, bounces: 0, duration: 0 };

/** A row of `visits.sql`. Numbers come as texts or as numbers, depending on the engine's version. */
export type VisitRow = Readonly<Record<'slot' | keyof Tally, string | number>>;

/**
 * Visits of a period: a visit is the hits of one visitor on one site until none comes for 30 minutes.
 *
 * A visit belongs to the interval in which it begins. One that began before the period begins with its first hit in it,
 * and one of which a filter leaves hits out is of the rest.
 */
export class Visits {
  readonly #tallies: ReadonlyMap<number, Tally>;
  readonly #metrics: readonly Metric[];

  /** @param metrics those that figures are given of; what is no figure of visits is left to others */
  constructor(rows: readonly VisitRow[], metrics: readonly Metric[]) {
    this.#tallies = new Map(
      rows.map(({ slot, visits, bounces, duration }) => [
        Number(slot),
        { visits: Number(visits), bounces: Number(bounces), duration: Number(duration) },
      ]),
    );
    this.#metrics = metrics;
  }

  /** Figures of the whole period. */
  get totals(): VisitFigures {
    let [visits, bounces, duration] = [0, 0, 0];
    for (const tally of this.#tallies.values()) {
      visits += tally.visits;
      bounces += tally.bounces;
      duration += tally.duration;
    }
    return this.#figures({ visits, bounces, duration });
  }

  /** Figures of an interval, by the milliseconds since 1970 at which it begins. */
  at(slot: number): VisitFigures {
    return this.#figures(this.#tallies.get(slot) ?? NONE);
  }

  #figures({ visits, bounces, duration }: Tally): VisitFigures {
    const mean = (sum: number, digits: number) => (visits === 0 ? null : rounded(sum / visits, digits));
    return {
      ...(this.#metrics.includes('visits') && { visits }),
      ...(this.#metrics.includes('bounce_rate') && { bounce_rate: mean(bounces, 4) }),
      ...(this.#metrics.includes('visit_duration') && { visit_duration: mean(duration / 1000, 1) }),
    };
  }
}

/** Whether figures of visits are among what is asked for. */
export function wantsVisits(metrics: readonly Metric[]): boolean {
  return metrics.some((metric) => metric !== 'hits' && metric !== 'visitors');
}

/**
 * Counts the visits of a period.
 *
 * @param parameters those of the selection, of its filters, `interval` and `timezone`
 * @param fragments `hits`, the table that has them, and `filters`, a condition
 * @throws HitError `query_timeout` where too many hits are selected, `overloaded`, `store_unavailable`
 * @example
 * const { text, parameters } = filterSql(readFilters({ path: '/blog/*' }));
 * const visits = await readVisits(store, { ...period, ...parameters }, { hits: 'hits', filters: text }, ['visits']);
 * visits.totals; // { visits: 17 }
 */
export async function readVisits(
  store: Store,
  parameters: Parameters,
  fragments: Fragments,
  metrics: readonly Metric[],
): Promise<Visits> {
  return new Visits(await store.rows<VisitRow>('visits', parameters, QUERY_LIMITS, fragments), metrics);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
