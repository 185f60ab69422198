import { HitError } from '../../errors.ts';
import type { Aside } from '../aside.ts';
import { quote } from '../literals.ts';
import { queryText } from '../sql.ts';
import type { Carrier } from './carrier.ts';
import { ofRuns, runsOf } from './runs.ts';

/** Rows of `hit_counts` that go together, if they are of several runs. */
const MOST_COUNTS = 1_000_000;
/** Marks are compared by being read, and come last. */
const NO_MARKS = "by != '@'";

/** What is compared of each table whose rows of one key are one: all columns, and of bitmaps what is in them. */
const COMPARED = {
  rollups: 'by, site, month, value, key, slot, hits, bitmapToArray(visitors), first, last',
  last_seen: 'site, rank, column, seen',
  horizons: 'site, kind, before',
  imports: 'root, parent, digest, bytes, lines, line_breaks, failed, site',
  stream_positions: 'topic, partition, offset, end, last, runs',
} as const;

/** Brings rollups to a server that has none, and then the marks that say so. */
export async function moveRollups(carrier: Carrier): Promise<void> {
  const { source, target } = carrier;
  await target.command(queryText('move_truncate_rollups'));
  const kinds = await source.rows<{ by: string }>(queryText('move_kinds'));
  for (const { by } of kinds)
    await carrier.carry({ table: 'rollups', final: true, which: `by = ${quote(by)}` });
  await compareTable(carrier, 'rollups', NO_MARKS);
  await carrier.carry({ table: 'rollups', final: true, which: "by = '@'" });
}

/** Brings hits over time, by runs of a program, and compares them. */
export async function moveCounts(carrier: Carrier): Promise<void> {
  const counted = await runsOf(carrier.source, 'hit_counts');
  for (const runs of together(counted)) {
    await carrier.carry({ table: 'hit_counts', which: ofRuns(new Set(runs)), put: 'move_put_hit_counts' });
  }
  const text = queryText('move_sum_hit_counts', { which: ofRuns(new Set(counted.keys())) });
  await compareBy(carrier, text, 'hit_counts');
}

/** @throws HitError `move_failed` where a table is not the same on both sides */
export async function compareTable(
  carrier: Carrier,
  table: keyof typeof COMPARED,
  which = 'true',
): Promise<void> {
  const text = queryText('move_sum', { columns: COMPARED[table], table: `${table} FINAL`, which });
  await compareBy(carrier, text, table);
}

export function notEqual(what: string): HitError {
  return new HitError(
    'move_failed',
    `${what} are not the same on the server: nothing else may write to either side; empty the database, and move again`,
  );
}

async function compareBy({ source, target }: Carrier, text: string, what: string): Promise<void> {
  const sum = async (aside: Aside) => {
    const [found] = await aside.rows<{ rows: string | number; checksum: string }>(text);
    return `${found?.rows} ${found?.checksum}`;
  };
  if ((await sum(source)) !== (await sum(target))) throw notEqual(what);
}

function* together(counted: ReadonlyMap<number, number>): Iterable<readonly number[]> {
  let runs: number[] = [];
  let rows = 0;
  for (const [run, count] of counted) {
    if (runs.length > 0 && rows + count > MOST_COUNTS) {
      yield runs;
      runs = [];
      rows = 0;
    }
    runs.push(run);
    rows += count;
  }
  if (runs.length > 0) yield runs;
}
