import { HIT_COLUMNS } from '../archive/hit-columns.ts';
import { during, startOf } from '../archive/in-parts.ts';
import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { queryText } from '../clickhouse/sql.ts';
import { DAY } from '../timing/units.ts';

/** Maximum hits of one statement: the server builds one part in memory. A batch's hits of a day stay together. */
const MOST_HITS = 500_000;

/** Hits of a UTC day. */
export interface DaySum {
  /** `2026-01-31` */
  readonly day: string;
  readonly rows: number;
  readonly checksum: string;
}

export type DaySums = ReadonlyMap<string, DaySum>;

/** Hits that are sent together: days of one month, or the hits of one day from a range of batches. */
export interface HitRange {
  readonly days: readonly string[];
  readonly batches?: { readonly first: string; readonly last: string };
  readonly rows: number;
}

/** Sums over the hits of each day. @param predicate SQL: which hits */
export async function daySums(connection: DedicatedConnection, predicate = 'true'): Promise<DaySums> {
  const text = queryText('move_days', { columns: HIT_COLUMNS, predicate });
  const found = await connection.rows<{ day: string; rows: string | number; checksum: string }>(text);
  return new Map(found.map(({ day, rows, checksum }) => [day, { day, rows: Number(rows), checksum }]));
}

/** Days whose hits in a database are not as expected, in order. */
export function differingDays(wanted: DaySums, there: DaySums): DaySum[] {
  return [...wanted.values()].filter((sum) => !isSame(sum, there.get(sum.day)));
}

/**
 * The first day whose hits in a database are not as expected.
 *
 * @param purged a day: hits before it may have been purged after they were sent
 */
export function unequalDay(wanted: DaySums, there: DaySums, purged = ''): string | undefined {
  const differing = new Set(
    [...differingDays(wanted, there), ...differingDays(there, wanted)].map(({ day }) => day),
  );
  const isWrong = (day: string) =>
    day >= purged || (there.get(day)?.rows ?? 0) < (wanted.get(day)?.rows ?? 0);
  return [...differing].filter(isWrong).sort()[0];
}

/** The day up to which hits of any site were purged or archived; '' if none were. */
export async function purgedUntil(source: DedicatedConnection): Promise<string> {
  const found = await source.rows<{ kind: string; seconds: string | number }>(queryText('purge_horizons'));
  const days = found
    .filter(({ kind }) => kind === 'hits')
    .map(({ seconds }) => new Date(Number(seconds) * 1000).toISOString().slice(0, 10));
  return days.sort().at(-1) ?? '';
}

function isSame(a: DaySum, b: DaySum | undefined): boolean {
  return a.rows === b?.rows && a.checksum === b.checksum;
}

/** Splits days into ranges. @param most maximum hits of a range, unless one batch has more */
export async function* hitRangesOf(
  source: DedicatedConnection,
  days: readonly DaySum[],
  most = MOST_HITS,
): AsyncGenerator<HitRange> {
  let together: DaySum[] = [];
  const range = (): HitRange => ({ days: together.map(({ day }) => day), rows: rowsOf(together) });
  for (const day of days) {
    const fits = rowsOf(together) + day.rows <= most && monthOf(together[0] ?? day) === monthOf(day);
    if (together.length > 0 && !fits) {
      yield range();
      together = [];
    }
    if (day.rows > most) yield* rangesOfDay(source, day.day, most);
    else together.push(day);
  }
  if (together.length > 0) yield range();
}

async function* rangesOfDay(
  source: DedicatedConnection,
  day: string,
  most: number,
): AsyncGenerator<HitRange> {
  const text = queryText('move_batches', { predicate: predicateOf({ days: [day] }), most: String(most) });
  const found = await source.rows<{ first: string; last: string; rows: string | number }>(text);
  for (const { first, last, rows } of found)
    yield { days: [day], batches: { first, last }, rows: Number(rows) };
}

/** SQL: whether a hit is in a range. */
export function predicateOf({ days, batches }: Pick<HitRange, 'days' | 'batches'>): string {
  const [first = '', last = first] = [days[0], days.at(-1)];
  const parts = [
    during(startOf(first), startOf(last) + DAY),
    // The server may already have days between them.
    `toDate32(time) IN (${days.map((day) => `toDate32('${day}')`).join(', ')})`,
  ];
  if (batches) parts.push(`batch >= toUInt64(${batches.first}) AND batch <= toUInt64(${batches.last})`);
  return parts.join(' AND ');
}

function monthOf({ day }: DaySum): string {
  return day.slice(0, 7);
}

function rowsOf(days: readonly DaySum[]): number {
  return days.reduce((sum, { rows }) => sum + rows, 0);
}
