/**
 * The statements of a query.
 *
 * A query has sums by the values of its dimensions: over hits in the period, and over visits that begin in it. Each statement
 * reads as little as possible:
 *
 * - Hits alone, if neither dimensions nor filters are about visits, and visits may lack some of them.
 * - Visits alone, if neither are about hits. A visit that lies entirely in the period, and in one interval of it, also has the
 *   sums over its hits, so one pass over visits makes both; only straddlers, which cross an edge, need their hits. Metrics
 *   that visits do not have, such as conversions, are counted from the relevant hits and their visits.
 * - Otherwise hits with their visits: if all filters are about hits, only matching hits and the visits of their visitors.
 *
 * Measurements: docs/design.md.
 */
import { intervalStartSql } from '../interval-sql.ts';
import { intervalStarts } from '../interval-starts.ts';
import type { Bindings } from './bindings.ts';
import { columnSql, intervalOf } from './column.ts';
import {
  allSql,
  type ConditionContext,
  mentionsPersons,
  namesGoals,
  needsHit,
  needsVisit,
  personSql,
} from './condition.ts';
import { goalSql, hitSql, needsSignals } from './goal-sql.ts';
import {
  aggregatesOf,
  BOUNCE,
  basisOf,
  EVENT,
  isOfWholeVisits,
  SIGNAL,
  visitAggregates,
  visitorsFunction,
} from './measure.ts';
import { isNamed, type Names } from './names.ts';
import { countsGoals, countsWholeVisits, joinsVisits, usesHits } from './needs.ts';
import type { Dimension, Interval, Metric, Query } from './query.ts';
import { neededForResponses } from './response-metrics.ts';
import { countsSql, ScopeSql, type Statement } from './scope-sql.ts';
import type { Sources } from './source-sql.ts';

/** Maximum number of rows of one statement: they are ordered in memory. */
export const MOST_ROWS = 200_000;

/** SQL of a dimension: rows are grouped by `key`, and `text` is the value of a key. */
interface Column {
  readonly key: string;
  text(key: string): string;
}

/** Writes the statements of a query. */
export class Statements {
  readonly #query: Query;
  readonly #first: ((statement: string) => string) | undefined;
  readonly #scope: ScopeSql;
  readonly #bind: Bindings;
  readonly #names: Names;
  readonly #sources: Sources;
  /** To find these takes milliseconds. */
  readonly #starts = new Map<Interval, readonly number[]>();
  readonly #usesHits: boolean;
  readonly #usesVisits: boolean;
  /** Whether `all` has the visitors of each row, regardless of its conversions. */
  readonly areOfWholeVisits: boolean;

  /**
   * @param table SQL of the table of hits
   * @param first makes SQL of the first rows of a statement. Default: all are necessary
   */
  constructor(query: Query, table: string, names: Names, first?: (statement: string) => string) {
    this.#query = query;
    this.#first = first;
    this.#scope = new ScopeSql(query, table, names);
    this.#bind = this.#scope.bind;
    this.#names = names;
    this.#usesHits = usesHits(query);
    const asked = { ...query, goals: this.#scope.goals };
    this.#usesVisits = joinsVisits(asked);
    this.areOfWholeVisits = countsWholeVisits(asked);
    this.#sources = this.#scope.sourcesFor(query.filters);
  }

  /** All statements: each has other sums of the same rows. */
  get all(): Statement[] {
    const texts = this.areOfWholeVisits ? this.#textsOfWholeVisits() : this.#textsOfHitsAndVisits();
    // The first rows by one sum may have any other.
    const first = texts.length === 1 ? this.#first : undefined;
    return texts.map((text) => this.#scope.statement(first?.(text) ?? `${text}\nLIMIT ${MOST_ROWS + 1}`));
  }

  #textsOfWholeVisits(): string[] {
    const { metrics } = this.#query;
    // These have a row for each value that has hits, whichever of them other metrics count.
    const hasWhole = metrics.some((metric) => basisOf(metric) !== 'signals');
    const rest = metrics.filter((metric) => !isOfWholeVisits(metric));
    return [
      ...(hasWhole ? [this.#sumsOfVisits(metrics)] : []),
      ...(rest.length === 0 ? [] : [this.#sumsOfHits(rest, this.#relevant(rest))]),
    ];
  }

  #textsOfHitsAndVisits(): string[] {
    const { metrics } = this.#query;
    const ofVisits = metrics.filter((metric) => basisOf(metric) === 'visits');
    const ofHits = metrics.filter((metric) => basisOf(metric) !== 'visits');
    const texts = ofHits.length === 0 ? [] : [this.#sumsOfHits(ofHits, this.#matching)];
    if (ofVisits.length > 0)
      texts.push(this.#usesHits ? this.#sumsOfVisitsWithHits(ofVisits) : this.#sumsOfVisits(ofVisits));
    return texts;
  }

  /** @param narrow SQL: a condition on the hits that may count; undefined for all */
  #sumsOfHits(metrics: readonly Metric[], narrow: string | undefined): string {
    const context = this.#scope.context(this.#usesVisits ? 'both' : 'hit');
    const source = this.#usesVisits
      ? this.#sources.hitsInVisits(this.#query, narrow)
      : this.#sources.hits(this.#query);
    const within = this.#usesVisits ? 'h.time <= v.finish AND ' : '';
    const converts = this.#converts(context);
    const hasRows = this.#query.dimensions.length > 0;
    const tests = {
      counts: this.#counts(context),
      converts,
      hasGoal: this.#query.goal !== undefined,
      hasRows,
      uniq: visitorsFunction(this.#query),
    };
    const aggregates = aggregatesOf(metrics, tests, this.#bind);
    const bases = new Set(metrics.map(basisOf));
    const isThere = [
      ...(bases.has('hits') ? ['counted > 0', 'converted > 0'] : []),
      ...(bases.has('signals') ? ['signals > 0'] : []),
    ].join(' OR ');
    return grouped({
      dimensions: this.#columns(context, 'h.time'),
      aggregates,
      source,
      condition: `${within}${allSql(this.#query.filters, context)}`,
      having: hasRows ? isThere : '',
    });
  }

  /** SQL: the condition of the filters that are about hits only; undefined without such filters. */
  get #matching(): string | undefined {
    const filters = this.#query.filters.filter(
      (filter) =>
        needsHit(filter) &&
        !needsVisit(filter) &&
        !mentionsPersons(filter) &&
        !(namesGoals(filter) && this.#scope.goals.some(needsSignals)),
    );
    return filters.length === 0 ? undefined : allSql(filters, this.#scope.context('hit'));
  }

  /** SQL: a condition on the hits that may count for metrics that visits do not have. */
  #relevant(metrics: readonly Metric[]): string {
    const { goal } = this.#query;
    const tests = metrics.flatMap((metric) => {
      if (countsGoals(metric, goal))
        return this.#scope.goals
          .filter(({ name }) => goal === undefined || name === goal)
          .map(({ site, action }) => `h.site = ${this.#bind.text(site)} AND ${hitSql(action, this.#bind)}`);
      if (basisOf(metric) === 'signals') return [SIGNAL];
      const ofResponses = neededForResponses(metric);
      if (ofResponses !== undefined) return [ofResponses];
      return metric.includes(':prop:') ? ["h.props != ''"] : ["h.currency != ''"];
    });
    return tests.length === 0 ? 'false' : `(${[...new Set(tests)].map((test) => `(${test})`).join(' OR ')})`;
  }

  /** @param metrics others are left out */
  #sumsOfVisits(metrics: readonly Metric[]): string {
    const context = this.#scope.context('visit');
    const isInside = this.#isInside('v.start', 'v.finish');
    const condition = allSql(this.#query.filters, context);
    const columns = this.#columns(context, 'v.start');
    const keys = (some: readonly Column[]) => some.map(({ key }, i) => `${key} AS d${i}, `).join('');
    const isWhole = `v.finish < ${this.#bind.time(this.#query.to)}${isInside === undefined ? '' : ` AND ${isInside}`}`;
    const ofVisits = `SELECT ${keys(columns)}${personSql('v')} AS person, ${isWhole} AS is_whole,
    if(is_whole, v.pageviews, 0) AS pageviews, if(is_whole, v.events, 0) AS events, if(is_whole, v.hits, 0) AS hits,
    1 AS visits, v.pageviews AS views, ${BOUNCE} AS is_bounce, v.duration AS duration
FROM ${this.#sources.visitsFrom(this.#query)}
WHERE ${condition}`;
    const ofStraddlers = `SELECT ${keys(this.#columns({ ...context, row: 'both' }, 'h.time'))}${personSql('h')} AS person, false AS is_whole,
    toUInt32(h.name = 'pageview') AS pageviews, toUInt32(${EVENT}) AS events, toUInt32(1) AS hits,
    0 AS visits, toUInt32(0) AS views, 0 AS is_bounce, toUInt64(0) AS duration
FROM ${this.#sources.hitsOfStraddlers(this.#query, isInside)}
WHERE h.time <= v.finish AND NOT ${SIGNAL} AND ${condition}`;
    const needsHits = metrics.some((metric) => basisOf(metric) === 'hits');
    return grouped({
      dimensions: columns.map(({ text }, i) => ({ key: `r.d${i}`, text })),
      aggregates: visitAggregates(metrics, visitorsFunction(this.#query)),
      source: `(${needsHits ? `${ofVisits}\nUNION ALL\n${ofStraddlers}` : ofVisits}) AS r`,
      condition: 'true',
      having: '',
    });
  }

  /** A visit is in a row if one of its hits is. */
  #sumsOfVisitsWithHits(metrics: readonly Metric[]): string {
    const context = this.#scope.context('both');
    const columns = this.#columns(context, 'v.start');
    const dimensions = columns.map(({ key }, i) => `${key} AS k${i}, `).join('');
    // One number: a key of all columns takes twice as long.
    const keys = ['h.site', 'h.visitor', "h.bot != ''", 'v.start', ...columns.map((_, i) => `k${i}`)];
    const visits = `WITH ${dimensions}cityHash64(${keys.join(', ')}) AS visit
SELECT ${columns.map((_, i) => `any(k${i}) AS d${i}, `).join('')}1 AS visits, any(v.pageviews) AS views, any(${BOUNCE}) AS is_bounce, any(v.duration) AS duration
FROM ${this.#sources.hitsOfVisits(this.#query, this.#matching)}
WHERE h.time <= v.finish AND ${this.#counts(context)} AND ${allSql(this.#query.filters, context)}
GROUP BY visit`;
    return grouped({
      dimensions: columns.map(({ text }, i) => ({ key: `r.d${i}`, text })),
      aggregates: visitAggregates(metrics, visitorsFunction(this.#query)),
      source: `(${visits}) AS r`,
      condition: 'true',
      having: '',
    });
  }

  #columns(context: ConditionContext, time: string): Column[] {
    const { dimensions } = this.#query;
    const text = (key: string) => `toString(${key})`;
    return dimensions.map((dimension) => {
      const interval = intervalOf(dimension);
      if (interval !== undefined) return { key: this.#intervalSql(interval, time), text };
      if (dimension === 'goal') return { key: this.#goalNames(), text };
      if (isNamed(dimension))
        return { key: this.#names.place(dimension), text: (key) => this.#names.at(dimension, key) };
      return { key: columnSql(dimension as Exclude<Dimension, 'goal' | `time:${string}`>, context), text };
    });
  }

  /** One row for each goal that a hit converts. */
  #goalNames(): string {
    const names = this.#scope.goals.map(
      (goal) => `if(${goalSql(goal, this.#bind, this.#scope.signals)}, [${this.#bind.text(goal.name)}], [])`,
    );
    return `arrayJoin(arrayConcat(emptyArrayString()${names.map((name) => `, ${name}`).join('')}))`;
  }

  /** SQL: whether a visit is in one interval of each time dimension; undefined without such a dimension. */
  #isInside(start: string, finish: string): string | undefined {
    const intervals = this.#query.dimensions.flatMap((dimension) => intervalOf(dimension) ?? []);
    const same = intervals.map(
      (interval) => `${this.#intervalSql(interval, start)} = ${this.#intervalSql(interval, finish)}`,
    );
    return same.length === 0 ? undefined : same.join(' AND ');
  }

  /** @param time SQL of a column */
  #intervalSql(interval: Interval, time: string): string {
    const starts = this.#starts.get(interval) ?? intervalStarts(interval, this.#query, this.#query.timezone);
    this.#starts.set(interval, starts);
    return intervalStartSql(`toUnixTimestamp64Milli(${time})`, starts);
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
  readonly dimensions: readonly Column[];
  readonly aggregates: Readonly<Record<string, string>>;
  readonly source: string;
  readonly condition: string;
  readonly having: string;
}): string {
  const dimensions = parts.dimensions.map(({ key, text }, i) => `${text(`(${key} AS k${i})`)} AS g${i}`);
  const aggregates = Object.entries(parts.aggregates).map(([name, sql]) => `${sql} AS ${name}`);
  const keys = parts.dimensions.map((_, i) => `k${i}`).join(', ');
  return `SELECT ${[...dimensions, ...aggregates].join(', ')}
FROM ${parts.source}
WHERE ${parts.condition}${keys === '' ? '' : `\nGROUP BY ${keys}`}${parts.having === '' ? '' : `\nHAVING ${parts.having}`}`;
}
