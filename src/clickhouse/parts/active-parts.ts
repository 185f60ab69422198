import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** An active part, which queries read. */
export interface ActivePart {
  readonly table: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly level: number;
  /** When it was written, in seconds since 1970. */
  readonly modified: number;
  /** Differs if a name is reused, such as after a table was emptied. */
  readonly key: string;
}

/** Active parts of all tables. @throws HitError `store_unavailable` */
export async function activeParts(engine: Pick<PartEngine, 'rows' | 'dialect'>): Promise<ActivePart[]> {
  const rows = await engine.rows<Record<Exclude<keyof ActivePart, 'key'>, string | number>>(
    queryText('parts_active', {}, engine.dialect),
  );
  return rows.map(({ table, name, path, bytes, level, modified }) => ({
    ...{ table: String(table), name: String(name), path: String(path) },
    ...{ bytes: Number(bytes), level: Number(level), modified: Number(modified) },
    key: `${path} ${modified}`,
  }));
}
