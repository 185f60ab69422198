/**
 * The statements of a query.
 *
 * A query asks up to two tables of sums by the values of its dimensions: one over hits in the period, one over visits that
 * begin in it. Either reads as little as it can:
 *
 * - Hits alone, if neither dimensions nor filters are about visits.
 * - Visits alone, if neither are about hits. Then the sums over hits are those of the visits that lie in the period, and in
 *   one interval of it, as a whole; only the others, which cross its edges, need their hits.
 * - Hits in their visits otherwise.
 */
import type { Bindings } from './bindings.ts';
import { columnSql, intervalOf, intervalSql } from './column.ts';
import { allSql, type ConditionContext, namesGoals, personSql } from './condition.ts';
import { goalSql } from './goal-sql.ts';
import {
  aggregatesOf,
  basisOf,
  isOfWholeVisits,
  SIGNAL,
  VISIT_AGGREGATES,
  WHOLE_VISIT_AGGREGATES,
} from './measure.ts';
import type { Names } from './names.ts';
import { countsGoals, joinsVisits, usesHits } from './needs.ts';
import type { Dimension, Query } from './query.ts';
import { countsSql, ScopeSql } from './scope-sql.ts';
import type { Sources } from './source-sql.ts';

export interface Statement {
  readonly text: string;
  readonly parameters: Bindings['parameters'];
}

/** Maximum number of rows of one statement: they are ordered in memory. */
export const MOST_ROWS = 200_000;

/** Writes the statements of a query. */
export class Statements {
  readonly #query: Query;
  readonly #scope: ScopeSql;
  readonly #bind: Bindings;
  readonly #sources: Sources;
  readonly #usesHits: boolean;
  readonly #usesVisits: boolean;

  /** @param table SQL of the table of hits */
  constructor(query: Query, table: string, names: Names) {
    this.#query = query;
    this.#scope = new ScopeSql(query, table, names);
    this.#bind = this.#scope.bind;
    this.#usesHits = usesHits(query);
    this.#usesVisits = joinsVisits({ ...query, goals: this.#scope.goals });
    this.#sources = this.#scope.sourcesFor(query.filters);
  }

  /** Sums over hits; undefined if no metric needs them. */
  get hits(): Statement | undefined {
    const { metrics } = this.#query;
    if (metrics.every((metric) => basisOf(metric) === 'visits')) return undefined;
    const isWhole = !this.#usesHits && this.#usesVisits && metrics.every(isOfWholeVisits);
    return this.#statement(isWhole ? this.#sumsOfWholeVisits() : this.#sumsOfHits());
  }

  /** Sums over visits; undefined if no metric needs them. */
  get visits(): Statement | undefined {
    if (!this.#query.metrics.some((metric) => basisOf(metric) === 'visits')) return undefined;
    return this.#statement(this.#usesHits ? this.#sumsOfVisitsWithHits() : this.#sumsOfVisits());
  }

  #statement(text: string): Statement {
    return { text: `${text}\nLIMIT ${MOST_ROWS + 1}`, parameters: this.#bind.parameters };
  }

  #sumsOfHits(): string {
    const { metrics } = this.#query;
    const context = this.#scope.context(this.#usesVisits ? 'both' : 'hit');
    const source = this.#usesVisits
      ? this.#sources.hitsInVisits(this.#query)
      : this.#sources.hits(this.#query);
    const within = this.#usesVisits ? 'h.time <= v.finish AND ' : '';
    const converts = this.#converts(context);
    const tests = { counts: this.#counts(context), converts, hasGoal: this.#query.goal !== undefined };
    const aggregates = aggregatesOf(metrics, tests, this.#bind);
    const bases = new Set(metrics.map(basisOf));
    const isThere = [
      ...(bases.has('hits') ? ['counted > 0', 'converted > 0'] : []),
      ...(bases.has('signals') ? ['signals > 0'] : []),
    ].join(' OR ');
    return grouped({
      dimensions: this.#dimensionsSql(context, 'h.time'),
      aggregates,
      source,
      condition: `${within}${allSql(this.#query.filters, context)}`,
      having: this.#query.dimensions.length === 0 ? '' : isThere,
    });
  }

  #sumsOfWholeVisits(): string {
    const context = this.#scope.context('visit');
    const isInside = this.#isInside('v.start', 'v.finish');
    const condition = allSql(this.#query.filters, context);
    const inside = this.#dimensionsSql(context, 'v.start');
    const across = this.#dimensionsSql({ ...context, row: 'both' }, 'h.time');
    const columns = (dimensions: readonly string[]) =>
      dimensions.map((sql, i) => `${sql} AS d${i}, `).join('');
    const rows = [
      `SELECT ${columns(inside)}${personSql('v')} AS person, v.pageviews AS pageviews, v.events AS events, v.hits AS hits
FROM ${this.#sources.visitsInside(this.#query, isInside)}
WHERE ${condition}`,
      `SELECT ${columns(across)}${personSql('h')} AS person, toUInt32(h.name = 'pageview') AS pageviews,
    toUInt32(h.name != 'pageview') AS events, toUInt32(1) AS hits
FROM ${this.#sources.hitsOfStraddlers(this.#query, isInside)}
WHERE h.time <= v.finish AND NOT ${SIGNAL} AND ${condition}`,
    ];
    return grouped({
      dimensions: this.#query.dimensions.map((_, i) => `r.d${i}`),
      aggregates: WHOLE_VISIT_AGGREGATES,
      source: `(${rows.join('\nUNION ALL\n')}) AS r`,
      condition: 'true',
      having: '',
    });
  }

  #sumsOfVisits(): string {
    const context = this.#scope.context('visit');
    return grouped({
      dimensions: this.#dimensionsSql(context, 'v.start'),
      aggregates: VISIT_AGGREGATES,
      source: this.#sources.visitsFrom(this.#query),
      condition: allSql(this.#query.filters, context),
      having: '',
    });
  }

  /** A visit is in a row if one of its hits is. */
  #sumsOfVisitsWithHits(): string {
    const context = this.#scope.context('both');
    const dimensions = this.#dimensionsSql(context, 'v.start').map((sql, i) => `${sql} AS d${i}`);
    const keys = ['h.site AS site', 'h.visitor AS visitor', "h.bot != '' AS is_bot", 'v.start AS start'];
    const values = ['duration', 'pageviews', 'interactive_events'].map((name) => `any(v.${name}) AS ${name}`);
    const visits = `SELECT ${[...dimensions, ...keys, ...values].join(', ')}
FROM ${this.#sources.hitsOfVisits(this.#query)}
WHERE h.time <= v.finish AND ${this.#counts(context)} AND ${allSql(this.#query.filters, context)}
GROUP BY ${[...dimensions.map((_, i) => `d${i}`), 'site', 'visitor', 'is_bot', 'start'].join(', ')}`;
    return grouped({
      dimensions: dimensions.map((_, i) => `v.d${i}`),
      aggregates: VISIT_AGGREGATES,
      source: `(${visits}) AS v`,
      condition: 'true',
      having: '',
    });
  }

  #dimensionsSql(context: ConditionContext, time: string): string[] {
    const { dimensions, timezone } = this.#query;
    return dimensions.map((dimension) => {
      const interval = intervalOf(dimension);
      if (interval !== undefined) return intervalSql(interval, time, timezone, this.#bind);
      if (dimension === 'goal') return this.#goalNames();
      return columnSql(dimension as Exclude<Dimension, 'goal' | `time:${string}`>, context);
    });
  }

  /** One row for each goal that a hit converts. */
  #goalNames(): string {
    const names = this.#scope.goals.map(
      (goal) => `if(${goalSql(goal, this.#bind, this.#scope.signals)}, [${this.#bind.text(goal.name)}], [])`,
    );
    return `arrayJoin(arrayConcat(emptyArrayString()${names.map((name) => `, ${name}`).join('')}))`;
  }

  /** SQL: whether a visit lies in one interval of each time dimension. */
  #isInside(start: string, finish: string): string {
    const { dimensions, timezone } = this.#query;
    const intervals = dimensions.flatMap((dimension) => intervalOf(dimension) ?? []);
    const same = intervals.map(
      (interval) =>
        `${intervalSql(interval, start, timezone, this.#bind)} = ${intervalSql(interval, finish, timezone, this.#bind)}`,
    );
    return same.length === 0 ? 'true' : same.join(' AND ');
  }

  #counts(context: ConditionContext): string {
    const asksGoals = this.#query.dimensions.includes('goal') || this.#query.filters.some(namesGoals);
    return countsSql(context, asksGoals);
  }

  #converts(context: ConditionContext): string {
    const { goal, metrics } = this.#query;
    const isAsked = metrics.some((metric) => countsGoals(metric, goal));
    // A row exists if it has conversions: of hits, that is so anyway.
    if (!isAsked) return 'false';
    return context.goalSql(
      goal === undefined ? () => 'true' : (name) => `${name} = ${this.#bind.text(goal)}`,
    );
  }
}

function grouped(parts: {
  readonly dimensions: readonly string[];
  readonly aggregates: Readonly<Record<string, string>>;
  readonly source: string;
  readonly condition: string;
  readonly having: string;
}): string {
  const dimensions = parts.dimensions.map((sql, i) => `toString(${sql}) AS g${i}`);
  const aggregates = Object.entries(parts.aggregates).map(([name, sql]) => `${sql} AS ${name}`);
  const keys = parts.dimensions.map((_, i) => `g${i}`).join(', ');
  return `SELECT ${[...dimensions, ...aggregates].join(', ')}
FROM ${parts.source}
WHERE ${parts.condition}${keys === '' ? '' : `\nGROUP BY ${keys}`}${parts.having === '' ? '' : `\nHAVING ${parts.having}`}`;
}
