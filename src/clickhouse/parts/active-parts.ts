import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** A part that answers come from. */
export interface ActivePart {
  readonly table: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly level: number;
  /** Seconds since 1970 at which it was written. */
  readonly modified: number;
  /** Differs when a name is used again, as after a table was emptied. */
  readonly key: string;
}

/** Parts of all tables. @throws HitError `store_unavailable` */
export async function activeParts(engine: Pick<PartEngine, 'rows'>): Promise<ActivePart[]> {
  const rows = await engine.rows<Record<Exclude<keyof ActivePart, 'key'>, string | number>>(
    queryText('parts_active'),
  );
  return rows.map(({ table, name, path, bytes, level, modified }) => ({
    ...{ table: String(table), name: String(name), path: String(path) },
    ...{ bytes: Number(bytes), level: Number(level), modified: Number(modified) },
    key: `${path} ${modified}`,
  }));
}
