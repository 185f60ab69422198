/**
 * Funnels as SQL.
 *
 * Hits that may be a step become timelines: those of a visit, or of a visitor. A timeline is an array in order of time and
 * arrival. Each element has a bit for each step: whether the hit can take it. For each step, one pass over the array finds the
 * hits that can take it after those that took the previous one, and for each of these the time when the sequence began: the
 * latest possible one, since that leaves most of the window. A hit does not extend its own sequence, so no hit is two steps.
 *
 * ClickHouse's `windowFunnel` does not order hits with the same time: two of them take two steps in either order, or with
 * `strict_increase` in neither. Measurements: docs/design.md.
 */
import { DAY } from '../../timing/units.ts';
import type { Bindings } from './bindings.ts';
import { chosenVisitsSql } from './chosen-visits.ts';
import { columnSql } from './column.ts';
import { personSql } from './condition.ts';
import { actionsOf, type Funnel, type FunnelTest } from './funnel-query.ts';
import { actionSql, hitSql, needsSignals } from './goal-sql.ts';
import { SIGNAL } from './measure.ts';
import type { Action } from './query.ts';
import type { ScopeSql, Statement } from './scope-sql.ts';

/**
 * SQL of a hit as one number, since arrays of numbers are made in half the time of arrays of tuples: time, whether it is a
 * signal, batch, position, and the steps that it can take, from the highest bits to the lowest. So the numbers sort like the hits.
 */
const HIT = `bitShiftLeft(toUInt256(toUnixTimestamp64Milli(h.time)), 105) + bitShiftLeft(toUInt256(${SIGNAL}), 104)
        + bitShiftLeft(toUInt256(h.batch), 40) + bitShiftLeft(toUInt256(h.position), 8) + mask`;
const timeOf = (hit: string) => `toInt64(bitShiftRight(${hit}, 105))`;
const maskOf = (hit: string) => `toUInt8(bitAnd(${hit}, 255))`;

/** Writes the statements of a funnel. */
export class FunnelStatements {
  readonly #scope: ScopeSql;
  readonly #funnel: Funnel;
  /** SQL of the visits that the filters choose. */
  readonly #visits: string;

  constructor(scope: ScopeSql, funnel: Funnel) {
    this.#scope = scope;
    this.#funnel = funnel;
    this.#visits = chosenVisitsSql(scope, funnel, funnel.filters, this.#isOfVisits ? 'begin' : 'overlap');
  }

  /** The row `visitors`: all who have a hit in one of the visits and, within days, in the period. */
  get visitors(): Statement {
    if (this.#isOfVisits)
      return this.#statement(`SELECT uniqExact(${personSql('v')}) AS visitors FROM (${this.#visits}) AS v`);
    const { filters, from } = this.#funnel;
    const sources = this.#scope.sourcesFor([]);
    const begun = `v.start >= ${this.#bind.time(from)}`;
    const earlier = `SELECT v.* FROM (${this.#visits}) AS v WHERE NOT (${begun})`;
    const hits = sources.hitsIn(earlier, `${sources.isOfStraddlers(this.#funnel)} AND NOT ${SIGNAL}`);
    // A row that another replaces, or that was joined to an earlier visit, still shows that there was a hit at its start.
    const some =
      filters.length === 0
        ? sources.visitRows(this.#funnel)
        : `(SELECT v.* FROM (${this.#visits}) AS v WHERE ${begun}) AS v`;
    return this.#statement(`SELECT uniqExact(person) AS visitors
FROM
(
SELECT ${personSql('v')} AS person FROM ${some}
UNION ALL
SELECT ${personSql('h')} FROM ${hits} WHERE h.time <= v.finish
)`);
  }

  /** Rows `is_total, value, step1, step2, …`: how many visitors reach each step, first of all, then by value. */
  get steps(): Statement {
    const { by, limit, steps } = this.#funnel;
    const counts = steps.map((_, step) => `countIf(depth > ${step}) AS step${step + 1}`).join(', ');
    const sequences = `(${this.#sequences()})`;
    if (by === undefined)
      return this.#statement(`SELECT 1 AS is_total, '' AS value, ${counts} FROM ${sequences}`);
    return this.#statement(`SELECT grouping(value) AS is_total, toString(value) AS value, ${counts}
FROM ${sequences}
WHERE depth > 0
GROUP BY GROUPING SETS ((value), ())
ORDER BY is_total DESC, step1 DESC, value
LIMIT ${limit + 1}
SETTINGS force_grouping_standard_compatibility = 1`);
  }

  get #isOfVisits(): boolean {
    return this.#funnel.within === 'visit';
  }

  get #bind(): Bindings {
    return this.#scope.bind;
  }

  #statement(text: string): Statement {
    return this.#scope.statement(text);
  }

  /** The longest sequence of each visitor: `depth` is its number of steps, `value` the dimension of the visit it begins in. */
  #sequences(): string {
    const { by, steps, within } = this.#funnel;
    const each = steps.map((_, step) => step);
    const depth = each.map((step) => `(arrayMax(began${step}) > 0)`).join(' + ');
    const began = each.map((step) => `${this.#began(step)} AS began${step}`);
    const passes = `SELECT *, arrayMap(hit -> ${timeOf(this.#carriesValues ? 'hit.1' : 'hit')}, hits) AS times,
    arrayMap(hit -> ${maskOf(this.#carriesValues ? 'hit.1' : 'hit')}, hits) AS masks,
    ${began.join(',\n    ')},
    ${depth} AS depth
FROM (${this.#timelines()})`;
    if (within === 'visit') {
      // Visits of a visitor are in order of their start; the first of the longest counts.
      const [own, first] =
        by === undefined
          ? ['', '']
          : [', value', ', argMax(value, (length, -toUnixTimestamp64Milli(start))) AS value'];
      return `SELECT max(length) AS depth${first} FROM (SELECT person, start, depth AS length${own} FROM (${passes})) GROUP BY person`;
    }
    if (by === undefined) return passes;
    const entries = each.map((step) => `arrayFirst(time -> time > 0, began${step})`).join(', ');
    return `SELECT depth, hits[indexOf(times, [${entries}][depth])].2 AS value FROM (${passes})`;
  }

  /** SQL of an array: for each hit that takes a step, when its sequence began; 0 for others. */
  #began(step: number): string {
    if (step === 0) return 'arrayMap((time, mask) -> if(bitTest(mask, 0), time, 0), times, masks)';
    const { within } = this.#funnel;
    const before = `arrayPopBack(arrayPushFront(arrayFill(time -> time > 0, began${step - 1}), 0))`;
    const inTime = within === 'visit' ? '' : ` AND time - begin <= ${within.days * DAY}`;
    return `arrayMap((time, mask, begin) -> if(bitTest(mask, ${step}) AND begin > 0${inTime}, begin, 0), times, masks, ${before})`;
  }

  /** Whether a timeline has visits with different values. */
  get #carriesValues(): boolean {
    return !this.#isOfVisits && this.#funnel.by !== undefined;
  }

  /**
   * Whether hits alone tell the sequences: each hit of the period is in a visit, so without filters all of them count. Only depths
   * need the visit.
   */
  get #isOfHits(): boolean {
    const { by, filters, steps } = this.#funnel;
    return (
      !this.#isOfVisits &&
      by === undefined &&
      filters.length === 0 &&
      !steps.some((step) => this.#isOfSignals(step))
    );
  }

  /** The hits that may be steps, in order, of each visit or visitor; with the values of their visits where these differ. */
  #timelines(): string {
    const { by, steps } = this.#funnel;
    const sources = this.#scope.sourcesFor([]);
    // A visitor who has only signals in the period is left out.
    const needsHit = !this.#isOfVisits && steps.some((step) => this.#isOfSignals(step));
    const mayBe = [
      ...steps.map((step) => this.#stepSql(step, hitSql)),
      ...(needsHit ? [`NOT ${SIGNAL}`] : []),
    ];
    const time = this.#isOfVisits ? sources.isOfVisits(this.#funnel) : sources.isDuring(this.#funnel);
    const condition = `${time} AND (${mayBe.join(' OR ')})`;
    const source = this.#isOfHits
      ? sources.hitsThat(condition)
      : `${sources.hitsIn(this.#visits, condition)}\nWHERE h.time <= v.finish`;
    const actions = steps.map((step) =>
      this.#stepSql(step, (action, bind) => actionSql(action, bind, this.#scope.signals)),
    );
    const mask = actions.map((action, step) => `bitShiftLeft(toUInt8(${action}), ${step})`).join(' + ');
    const value = by === undefined ? undefined : columnSql(by, this.#scope.context('both'));
    const hit = this.#carriesValues ? `(${HIT}, toString(${value}))` : HIT;
    const columns = this.#isOfVisits
      ? ['v.start AS start', ...(value === undefined ? [] : [`any(${value}) AS value`])]
      : [];
    return `WITH toUInt8(${mask}) AS mask
SELECT ${[`${personSql('h')} AS person`, ...columns].join(', ')}, arraySort(groupArrayIf(${hit}, mask != 0)) AS hits
FROM ${source}
GROUP BY person${this.#isOfVisits ? ", h.bot != '', v.start" : ''}
HAVING bitTest(groupBitOr(mask), 0)${needsHit ? ` AND countIf(NOT ${SIGNAL}) > 0` : ''}`;
  }

  /** SQL: whether a hit can be a step. */
  #stepSql(step: FunnelTest, sql: (action: Action, bind: Bindings) => string): string {
    const tests = actionsOf(step).flatMap((action) => {
      if (typeof action !== 'string') return [sql(action, this.#bind)];
      return this.#goalsOf(action).map(
        (goal) => `h.site = ${this.#bind.text(goal.site)} AND ${sql(goal.action, this.#bind)}`,
      );
    });
    return tests.length === 0 ? 'false' : `(${tests.map((test) => `(${test})`).join(' OR ')})`;
  }

  #isOfSignals(step: FunnelTest): boolean {
    return actionsOf(step).some((each) =>
      typeof each === 'string' ? this.#goalsOf(each).some(needsSignals) : needsSignals({ action: each }),
    );
  }

  #goalsOf(name: string) {
    return this.#scope.goals.filter((goal) => goal.name === name);
  }
}
