import type { Aside } from '../clickhouse/connection.ts';
import { withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { Store } from '../store/store.ts';

/** What is purged: hits one by one, or the counts of periods. */
export type Kept = 'hits' | 'rollups';

/** Site → milliseconds since 1970, a UTC midnight, before which what is asked for may be gone. */
export type Horizons = Readonly<Record<Kept, ReadonlyMap<string, number>>>;

/** Up to where hits and rollups were purged; sites of which nothing was are not in it. */
export async function readHorizons(store: Store): Promise<Horizons> {
  const rows = await store.rows<{ site: string; kind: Kept; seconds: string | number }>('purge_horizons', {});
  const of = (kept: Kept) =>
    new Map(
      rows.filter(({ kind }) => kind === kept).map(({ site, seconds }) => [site, Number(seconds) * 1000]),
    );
  return { hits: of('hits'), rollups: of('rollups') };
}

/** Notes that what sites have before a moment is going to be purged. */
export async function noteHorizons(
  aside: Aside,
  kind: Kept,
  horizons: ReadonlyMap<string, number>,
): Promise<void> {
  if (horizons.size === 0) return;
  const seconds = Array.from(horizons.values(), (time) => time / 1000);
  const text = queryText('purge_insert_horizons');
  await aside.command(withLiterals(text, { kind, sites: [...horizons.keys()], seconds }));
}
