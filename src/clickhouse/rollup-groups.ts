import { DIMENSIONS, type Dimension } from './dimension.ts';
import { queryText } from './sql.ts';
import { deduplicationSql, writerSql } from './watermarks.ts';

const PEOPLE = "bot = ''";
const VISITORS = 'groupBitmapState({{cell}})';
const NO_VISITORS = 'bitmapBuild(emptyArrayUInt16())';
const DAY = "toStartOfDay(time, 'UTC')";
const MONTH = "toDateTime(toStartOfMonth(time, 'UTC'), 'UTC')";
const HOUR = "toStartOfHour(toDateTime(time, 'UTC'))";
const QUARTER = "toStartOfInterval(time, INTERVAL 15 MINUTE, 'UTC')";
const TIMES = {
  first: 'toUInt64(toUnixTimestamp64Milli(min(time)))',
  last: 'toUInt64(toUnixTimestamp64Milli(max(time)))',
};

/** How the rollups of an older store differ. */
interface Narrowed {
  /** SQL: a condition on the hits of the hours, if it differs. */
  readonly hours?: string;
  /** SQL: a condition on hits that are counted. Default: all but engagement signals. */
  readonly counted?: string;
  /** Default: all. */
  readonly ranked?: readonly Dimension[];
}

/**
 * The SELECT statements that compute what hits add to the rollups, one for each kind of row.
 *
 * @param scope SQL: which hits
 */
export function rollupGroups(
  scope: string,
  { hours = scope, counted = queryText('counted').trim(), ranked = DIMENSIONS }: Narrowed = {},
): string[] {
  const all = { people: PEOPLE, value: "''", key: '0', ...TIMES };
  const dimensions = ranked
    .filter((dimension) => dimension !== 'bot')
    .map((dimension) => ({
      ...{ by: dimension, people: `${PEOPLE} AND ${dimension} != ''`, slot: DAY, visitors: VISITORS },
      ...{ value: dimension, key: `cityHash64(${dimension})`, first: '0', last: '0' },
    }));
  const kinds = [
    { by: 'quarter', slot: QUARTER, visitors: VISITORS, ...all },
    { by: 'day', slot: DAY, visitors: VISITORS, ...all },
    { by: 'month', slot: MONTH, visitors: VISITORS, ...all },
    {
      ...{ by: 'bot', people: "bot != ''", slot: DAY, visitors: VISITORS },
      ...{ value: 'bot', key: 'cityHash64(bot)', ...TIMES },
    },
    ...dimensions,
    // Never purged: windows and totals of live counts are restored from these, without the hits of this process.
    { by: 'hour', slot: HOUR, visitors: NO_VISITORS, ...all, value: `toString(${writerSql()})` },
  ];
  return kinds.map((kind) =>
    queryText('rollup_group', {
      ...kind,
      visitors: kind.visitors.replace('{{cell}}', () => queryText('cell').trim()),
      counts: counted,
      scope: kind.by === 'hour' ? hours : scope,
    }),
  );
}

/**
 * The fragments of `insert_rollups.sql`.
 *
 * @param groups SELECT statements
 * @param receipts records that are inserted with them: name and number; none for a rebuild
 */
export function rollupFragments(
  groups: readonly string[],
  receipts: ReadonlyMap<string | number, bigint>,
): Record<'groups' | 'receipts' | 'insert_deduplicate', string> {
  const pairs = Array.from(receipts, ([name, number]) => `('${name}', ${number})`);
  return {
    groups: groups.join('UNION ALL\n'),
    receipts: `[${pairs.join(', ')}]::Array(Tuple(String, UInt64))`,
    insert_deduplicate: deduplicationSql(receipts),
  };
}
