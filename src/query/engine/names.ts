/**
 * Names that come from lists: the source of a visit and its channel.
 *
 * They are looked up when a query is answered, so that better lists correct the past. Naming each visit would cost more than
 * all the rest of a query, and visits of a period have few distinct origins: so these are named in the statement, and visits
 * joined with them. The text of the statement does not grow with the origins, which anyone can make up.
 */
import { channelSql, sourceNameSql } from '../../clickhouse/source-sql.ts';
import type { Dimension, Filter } from './query.ts';

/** Columns of visits with names, by the dimensions they are for. */
const COLUMNS = {
  source: {
    name: 'source_name',
    sql: () => `if(click_id != '' AND listed = 'Direct', ${sourceNameSql("''", 'click_id')}, listed)`,
  },
  channel: {
    name: 'channel_name',
    sql: () =>
      channelSql({
        source: 'source',
        medium: 'utm_medium',
        campaign: 'utm_campaign',
        click: 'click_id',
        name: 'listed',
      }),
  },
} as const;
const ORIGIN = ['source', 'utm_medium', 'utm_campaign', 'click_id'];
const ORIGIN_KEY = `cityHash64(${ORIGIN.map((column) => `v.${column}`).join(', ')})`;

export class Names {
  readonly #dimensions: readonly (keyof typeof COLUMNS)[];

  /** @param asked names are given only for dimensions that it mentions */
  constructor(asked: { readonly dimensions: readonly Dimension[]; readonly filters: readonly Filter[] }) {
    const text = JSON.stringify([asked.dimensions, asked.filters]);
    this.#dimensions = (['source', 'channel'] as const).filter((name) => text.includes(`"${name}"`));
  }

  get isEmpty(): boolean {
    return this.#dimensions.length === 0;
  }

  /** SQL of the name of a visit `v`, one of those that were joined. */
  sql(dimension: keyof typeof COLUMNS): string {
    return `v.${COLUMNS[dimension].name}`;
  }

  /**
   * SQL of a statement for visits with their names.
   *
   * @param visits SQL of a statement for them
   * @param rows SQL of rows `v` of the table, which may be more: `visits AS v WHERE …`
   */
  joined(visits: string, rows: string): string {
    const columns = this.#dimensions.map((dimension) => COLUMNS[dimension]);
    const origins = `SELECT ${ORIGIN_KEY} AS origin, ${ORIGIN.map((column) => `any(v.${column}) AS ${column}`).join(', ')} FROM ${rows} GROUP BY origin`;
    const listed = `SELECT origin, ${ORIGIN.map((column) => `any(s.${column}) AS ${column}`).join(', ')}, any(s.named) AS listed FROM (SELECT *, ${sourceNameSql('source')} AS named FROM (${origins})) AS s GROUP BY origin`;
    const named = columns.map(({ name, sql }) => `any(${sql()}) AS ${name}`);
    return `SELECT v.*, ${columns.map(({ name }) => `n.${name} AS ${name}`).join(', ')}
FROM (SELECT v.*, ${ORIGIN_KEY} AS origin FROM (${visits}) AS v) AS v
LEFT ANY JOIN (SELECT origin, ${named.join(', ')} FROM (${listed}) GROUP BY origin) AS n ON v.origin = n.origin`;
  }
}
