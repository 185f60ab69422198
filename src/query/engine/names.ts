/**
 * Names that come from lists: the source of a visit and its channel.
 *
 * They are looked up when a query is answered, so that better lists correct the past. Naming each visit would cost more than
 * all the rest of a query, and visits of a period have few distinct origins: so these are named in the statement, once, and
 * visits find their names in a constant of it. The text of the statement does not grow with the origins, which anyone can make
 * up. Joining the visits with the named origins instead takes a second more over 2.5 million visits.
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
/** What the names depend on. */
const ORIGIN = {
  source: ['source', 'click_id'],
  channel: ['source', 'click_id', 'utm_medium', 'utm_campaign'],
} as const;

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
    const parts = ORIGIN[this.#dimensions.includes('channel') ? 'channel' : 'source'];
    const origin = `cityHash64(${parts.map((column) => `v.${column}`).join(', ')})`;
    const origins = `SELECT ${origin} AS origin, ${parts.map((column) => `any(v.${column}) AS ${column}`).join(', ')} FROM ${rows} GROUP BY origin`;
    const listed = `SELECT *, ${sourceNameSql('source')} AS listed FROM (${origins})`;
    const named = `SELECT origin, ${columns.map(({ name, sql }) => `${sql()} AS ${name}`).join(', ')} FROM (${listed})`;
    // One more of each, as no list may be empty.
    const lists = [
      'arrayPushBack(groupArray(origin), 0)',
      ...columns.map(({ name }) => `arrayPushBack(groupArray(${name}), '')`),
    ];
    const nameOf = (at: number) => `transform(${origin}, named_origins.1, named_origins.${at + 2}, '')`;
    return `WITH (SELECT (${lists.join(', ')}) FROM (${named})) AS named_origins
SELECT v.*, ${columns.map(({ name }, at) => `${nameOf(at)} AS ${name}`).join(', ')}
FROM (${visits}) AS v`;
  }
}
