/**
 * Names that come from lists: the source of a visit and its channel.
 *
 * They are looked up when a query is answered, so that better lists correct the past. Naming each visit would cost more than
 * all the rest of a query, and visits of a period have few distinct origins: these are read first and named here, and the
 * statement only translates them. Sources that no list knows keep their own text, so they need no translation.
 */
import { quote } from '../../clickhouse/literals.ts';
import { channelOf } from '../../source/channel.ts';
import { clickId } from '../../source/click-id.ts';
import { DIRECT } from '../../source/source-list.ts';
import { sourceName } from '../../source/source-name.ts';
import type { Source } from '../source.ts';
import { Bindings } from './bindings.ts';
import type { Dimension, Scope } from './query.ts';

/** SQL of names of a visit `v`. */
export interface Names {
  readonly source: string;
  readonly channel: string;
}

interface Origin {
  readonly key: string;
  readonly source: string;
  readonly utm_medium: string;
  readonly utm_campaign: string;
  readonly click_id: string;
}

const ORIGIN_KEY = 'cityHash64(v.source, v.utm_medium, v.utm_campaign, v.click_id)';
const NONE: Names = { source: 'v.source', channel: "''" };

/** What names are asked for. */
type Asked = Pick<Scope, 'sites' | 'from' | 'to' | 'filters'> & { readonly dimensions: readonly Dimension[] };

/** Reads the names that the visits of a query may have. */
export async function namesOf({ store }: Source, query: Asked): Promise<Names> {
  const asked = JSON.stringify([query.dimensions, query.filters]);
  if (!/"(source|channel)"/.test(asked)) return NONE;
  const bind = new Bindings();
  const sites = query.sites.map((site) => bind.text(site)).join(', ');
  const rows = await store.rowsOf<Origin>(
    `SELECT toString(${ORIGIN_KEY}) AS key, source, utm_medium, utm_campaign, click_id
FROM visits AS v
WHERE v.site != '' AND ${sites === '' ? 'true' : `v.site IN (${sites})`} AND v.start < ${bind.time(query.to)} AND v.finish >= ${bind.time(query.from)}
GROUP BY v.source, v.utm_medium, v.utm_campaign, v.click_id`,
    bind.parameters,
  );
  return { source: sourceSql(rows), channel: channelSql(rows) };
}

function sourceSql(rows: readonly Origin[]): string {
  const name = translated('v.source', rows, ({ source }) => [source, sourceName(source)]);
  if (!rows.some(({ click_id: click }) => click !== '')) return name;
  const clicked = translated('v.click_id', rows, ({ click_id: click }) => [click, sourceName('', click)]);
  return `if(v.click_id != '' AND ${name} = ${quote(DIRECT)}, ${clicked}, ${name})`;
}

function channelSql(rows: readonly Origin[]): string {
  if (rows.length === 0) return "''";
  const keys = rows.map(({ key }) => key).join(', ');
  const channels = rows.map((row) =>
    quote(
      channelOf({
        ...{ source: row.source, medium: row.utm_medium, campaign: row.utm_campaign },
        click: clickId(row.click_id) ? row.click_id : '',
      }),
    ),
  );
  return `transform(${ORIGIN_KEY}, [${keys}], [${channels.join(', ')}], '')`;
}

/** SQL of a column's translation. @param pairOf a text of the column and its translation, which may be the same */
function translated(
  column: string,
  rows: readonly Origin[],
  pairOf: (row: Origin) => readonly [string, string],
): string {
  const names = new Map(rows.map(pairOf).filter(([text, name]) => text !== name));
  if (names.size === 0) return column;
  const list = (texts: Iterable<string>) => `[${Array.from(texts, quote).join(', ')}]`;
  return `transform(${column}, ${list(names.keys())}, ${list(names.values())})`;
}
