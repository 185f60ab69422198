/**
 * Names that come from lists: the source of a visit and its channel.
 *
 * They are looked up when a query is answered, so that better lists correct the past. Naming each visit would cost more than
 * the rest of a query, and the visits of a period have few distinct origins. So these are named once, in a constant at the start
 * of the statement. A visit has an index into the list of names: rows are grouped by the index and not by the text, and a filter
 * tests each name once instead of each visit. The text of the statement does not grow with the number of origins, which anyone
 * can invent. Joining the visits with the named origins instead takes a second more over 2.5 million visits.
 */
import { channelSql, clickNameSql, sourceNameSql } from '../../clickhouse/source-sql.ts';
import type { Dimension, Filter } from './query.ts';

const NAMED = ['source', 'channel'] as const;
type Named = (typeof NAMED)[number];

/** SQL of the names of an origin. */
const NAMES: Readonly<Record<Named, () => string>> = {
  source: () => clickNameSql('listed', 'click_id'),
  channel: () =>
    channelSql({
      source: 'source',
      medium: 'utm_medium',
      campaign: 'utm_campaign',
      click: 'click_id',
      name: 'listed',
    }),
};
/** Columns that the names depend on. */
const ORIGIN = {
  source: ['source', 'click_id'],
  channel: ['source', 'click_id', 'utm_medium', 'utm_campaign'],
} as const;

export function isNamed(dimension: string): dimension is Named {
  return (NAMED as readonly string[]).includes(dimension);
}

export class Names {
  readonly #dimensions: readonly Named[];

  /** @param asked only the dimensions in it get names */
  constructor(asked: { readonly dimensions: readonly Dimension[]; readonly filters: readonly Filter[] }) {
    const text = JSON.stringify([asked.dimensions, asked.filters]);
    this.#dimensions = NAMED.filter((name) => text.includes(`"${name}"`));
  }

  get isEmpty(): boolean {
    return this.#dimensions.length === 0;
  }

  /** SQL of the index of a name in its list, for a visit `v` of `placed`. Equal names have the same index. */
  place(dimension: Named): string {
    return `v.${dimension}_place`;
  }

  /** SQL of the name at an index. */
  at(dimension: Named, place: string): string {
    return `${this.#list(dimension)}[${place}]`;
  }

  /** SQL: whether the name of a visit `v` passes a test. */
  passes(dimension: Named, test: (name: string) => string): string {
    return `arrayMap(name -> ${test('name')}, ${this.#list(dimension)})[${this.place(dimension)}]`;
  }

  /** SQL of a statement for visits with the indexes of their names. @param visits SQL of a statement for visits */
  placed(visits: string): string {
    const places = this.#dimensions.map(
      (name, at) => `transform(${this.#origin}, named.1, named.${2 * at + 2}, 0) AS ${name}_place`,
    );
    return `SELECT v.*, ${places.join(', ')} FROM (${visits}) AS v`;
  }

  /**
   * SQL at the start of a statement with names.
   *
   * @param rows SQL of rows `v` of the table, at least one of each visit: `visits AS v WHERE …`
   */
  prefix(rows: string): string {
    if (this.isEmpty) return '';
    const parts = this.#parts;
    const origins = `SELECT ${this.#origin} AS origin, ${parts.map((column) => `any(v.${column}) AS ${column}`).join(', ')} FROM ${rows} GROUP BY origin`;
    const listed = `SELECT *, ${sourceNameSql('source')} AS listed FROM (${origins})`;
    const names = this.#dimensions.map((name) => `${NAMES[name]()} AS ${name}_name`);
    // Each list has an extra element, as it must not be empty.
    const lists = this.#dimensions.flatMap((name) => {
      const all = `arrayPushBack(groupArray(${name}_name), '')`;
      return [
        `arrayEnumerateDense(${all})`,
        `arrayFilter((name, nth) -> nth = 1, ${all}, arrayEnumerateUniq(${all}))`,
      ];
    });
    return `WITH (SELECT (arrayPushBack(groupArray(origin), 0), ${lists.join(', ')}) FROM (SELECT origin, ${names.join(', ')} FROM (${listed}))) AS named\n`;
  }

  #list(dimension: Named): string {
    return `named.${2 * this.#dimensions.indexOf(dimension) + 3}`;
  }

  get #parts(): readonly string[] {
    return ORIGIN[this.#dimensions.includes('channel') ? 'channel' : 'source'];
  }

  get #origin(): string {
    return `cityHash64(${this.#parts.map((column) => `v.${column}`).join(', ')})`;
  }
}
