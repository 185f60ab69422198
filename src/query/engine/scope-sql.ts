/** The scope of a query as SQL: its period, sites, bots, filters and goals. The statements that use it are written elsewhere. */
import { Bindings } from './bindings.ts';
import type { RowKind } from './column.ts';
import {
  allSql,
  type ConditionContext,
  mentionsPersons,
  namesGoals,
  needsHit,
  needsVisit,
  personSql,
} from './condition.ts';
import { goalSql } from './goal-sql.ts';
import { SIGNAL } from './measure.ts';
import type { Names } from './names.ts';
import { personsJoinVisits } from './needs.ts';
import type { Filter, Goal, Scope } from './query.ts';
import { type Sources, sourcesOf } from './source-sql.ts';

export interface Statement {
  readonly text: string;
  readonly parameters: Bindings['parameters'];
}

export class ScopeSql {
  readonly bind = new Bindings();
  /** Those of its sites. */
  readonly goals: readonly Goal[];
  readonly #scope: Scope;
  readonly #table: string;
  readonly #names: Names;
  readonly #allSources: Sources;

  /** @param table SQL of the table of hits */
  constructor(scope: Scope, table: string, names: Names) {
    this.#scope = scope;
    this.#table = table;
    this.#names = names;
    this.goals = scope.goals.filter(({ site }) => scope.sites.length === 0 || scope.sites.includes(site));
    this.#allSources = this.sourcesFor([]);
  }

  /** All engagement signals `h` in their visits `v`, for goals: those of visits that overlap the period. */
  get signals(): string {
    return this.#allSources.signals(this.#scope);
  }

  /** A statement, preceded by the names of visits if it uses them. */
  statement(text: string): Statement {
    return { text: `${this.#names.prefix(this.#allSources.rows)}${text}`, parameters: this.bind.parameters };
  }

  /** @param filters those of them that are about visits alone choose the visits that are joined */
  sourcesFor(filters: readonly Filter[]): Sources {
    const ofVisits = filters.filter(
      (filter) => !needsHit(filter) && needsVisit(filter) && !mentionsPersons(filter),
    );
    const never = () => 'false';
    const context = { ...this.context('visit'), goalSql: never, personsSql: never };
    return sourcesOf(
      this.#scope,
      this.bind,
      this.#table,
      allSql(ofVisits, context),
      ofVisits.length > 0,
      this.#names,
    );
  }

  /** What conditions need that are evaluated for rows of a kind. */
  context(row: RowKind): ConditionContext {
    const { bind } = this;
    return {
      bind,
      row,
      names: this.#names,
      goalSql: (names) => {
        const tests = this.goals.map(
          (goal) => `(${names(bind.text(goal.name))}) AND ${goalSql(goal, bind, this.signals)}`,
        );
        return tests.length === 0 ? 'false' : `(${tests.map((test) => `(${test})`).join(' OR ')})`;
      },
      personsSql: (filter) => this.#persons(filter),
    };
  }

  /** The persons who have a hit in the period that counts and matches. */
  #persons(filter: Filter): string {
    const usesVisits = personsJoinVisits(filter, this.goals);
    const context = this.context(usesVisits ? 'both' : 'hit');
    const counts = countsSql(context, namesGoals(filter));
    const source = usesVisits
      ? this.#allSources.hitsInVisits(this.#scope)
      : this.#allSources.hits(this.#scope);
    const within = usesVisits ? 'h.time <= v.finish AND ' : '';
    return `SELECT ${personSql('h')} FROM ${source} WHERE ${within}${counts} AND ${allSql([filter], context)}`;
  }
}

/**
 * SQL: whether a hit counts: page views and events, and signals where goals are named that they convert.
 *
 * @param asksGoals whether goals are named
 */
export function countsSql(context: ConditionContext, asksGoals: boolean): string {
  return asksGoals ? `(NOT ${SIGNAL} OR ${context.goalSql(() => 'true')})` : `NOT ${SIGNAL}`;
}
