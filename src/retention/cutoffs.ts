import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { Store } from '../store/store.ts';

/** What is purged: single hits, the counts of periods, or visits. */
export type RetentionKind = 'hits' | 'rollups' | 'visits';

/** Site → milliseconds since 1970, a UTC midnight, before which data may be missing. */
export type Cutoffs = Readonly<Record<RetentionKind, ReadonlyMap<string, number>>>;

/** Retention cutoffs of hits, rollups and visits; sites that were never purged are omitted. */
export async function readCutoffs(store: Store): Promise<Cutoffs> {
  const rows = await store.rows<{ site: string; kind: RetentionKind; seconds: string | number }>(
    'purge_horizons',
    {},
  );
  const of = (kept: RetentionKind) =>
    new Map(
      rows.filter(({ kind }) => kind === kept).map(({ site, seconds }) => [site, Number(seconds) * 1000]),
    );
  return { hits: of('hits'), rollups: of('rollups'), visits: of('visits') };
}

/** Records the retention cutoffs of sites before their data is purged. */
export async function recordCutoffs(
  connection: DedicatedConnection,
  kind: RetentionKind,
  cutoffs: ReadonlyMap<string, number>,
): Promise<void> {
  if (cutoffs.size === 0) return;
  const seconds = Array.from(cutoffs.values(), (time) => time / 1000);
  const text = queryText('purge_insert_horizons');
  await connection.command(withLiterals(text, { kind, sites: [...cutoffs.keys()], seconds }));
}
