import type { Fragments } from '../clickhouse/sql.ts';
import { type Parameters, QUERY_LIMITS, type Store } from '../store/store.ts';
import type { Metric } from './selection.ts';

/** The requested visit metrics. Null if unknown. */
export interface VisitFigures {
  readonly visits?: number | null;
  /** Share of visits with one hit, of any name: 0 to 1, with four digits. Null without visits. */
  readonly bounce_rate?: number | null;
  /** Mean seconds from the first hit of a visit to its last, with one digit. Null without visits. */
  readonly visit_duration?: number | null;
}

/** Of an interval. */
interface Tally {
  readonly visits: number;
  readonly bounces: number;
  /** Total duration of all visits, in milliseconds. */
  readonly duration: number;
}

const NONE: Tally = { visits: 0, bounces: 0, duration: 0 };

/** A row of `visits.sql`. Numbers are text or numbers, depending on the engine's version. */
export type VisitRow = Readonly<Record<'slot' | keyof Tally, string | number>>;

/**
 * Visits of a period: a visit is the hits of one visitor on one site until there is none for 30 minutes.
 *
 * A visit belongs to the interval in which it begins. A visit that began before the period begins with its first hit in
 * the period, and with a filter, a visit consists of the hits that match.
 */
export class Visits {
  readonly #bySlot: ReadonlyMap<number, Tally>;
  readonly #metrics: readonly Metric[];

  /** @param metrics the requested metrics; those that are not about visits are ignored */
  constructor(rows: readonly VisitRow[], metrics: readonly Metric[]) {
    this.#bySlot = new Map(
      rows.map(({ slot, visits, bounces, duration }) => [
        Number(slot),
        { visits: Number(visits), bounces: Number(bounces), duration: Number(duration) },
      ]),
    );
    this.#metrics = metrics;
  }

  /** Metrics of the whole period. */
  get totals(): VisitFigures {
    let [visits, bounces, duration] = [0, 0, 0];
    for (const tally of this.#bySlot.values()) {
      visits += tally.visits;
      bounces += tally.bounces;
      duration += tally.duration;
    }
    return this.#figures({ visits, bounces, duration });
  }

  /** Metrics of an interval, by its start in milliseconds since 1970. */
  at(slot: number): VisitFigures {
    return this.#figures(this.#bySlot.get(slot) ?? NONE);
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

/** Whether visit metrics are requested. */
export function wantsVisits(metrics: readonly Metric[]): boolean {
  return metrics.some((metric) => metric !== 'hits' && metric !== 'visitors');
}

/**
 * Counts the visits of a period.
 *
 * @param parameters those of the selection, of its filters, `interval` and `timezone`
 * @param fragments `hits`, the table of hits, and `filters`, a condition
 * @throws HitError `query_timeout` if too many hits are selected, `overloaded`, `store_unavailable`
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
