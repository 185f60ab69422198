import { rm } from 'node:fs/promises';
import { tableOf } from '../dialect.ts';
import { queryText } from '../sql.ts';
import { isRescued, type PartEngine } from './part-rescue.ts';

/** A part in `detached/`. */
export interface DetachedPart {
  readonly table: string;
  readonly name: string;
  readonly path: string;
  /**
   * - `broken`: its rows cannot be read as they were written
   * - `detached`: whole, but queries do not see it: an operator detached it, or a rescue was interrupted
   * - `copy`: its rows are in the table too
   * - `tended`: the engine, a replica or a running rescue handles it
   */
  readonly kind: 'broken' | 'detached' | 'copy' | 'tended';
}

/** The engine's reasons, which are prefixes of names, for parts whose rows are elsewhere too. */
const COPIES: ReadonlySet<string> = new Set([
  'clone',
  'cloned',
  'deleting',
  'ignored',
  'noquorum',
  'tmp-fetch',
]);
/** Reasons for parts that the engine or a replica handles itself. */
const TENDED: ReadonlySet<string> = new Set([
  'attaching',
  'merge-not-byte-identical',
  'mutate-not-byte-identical',
]);
/** Reasons for parts that are whole. */
const WHOLE: ReadonlySet<string> = new Set(['', 'covered-by-broken', 'unexpected']);

/** All parts in `detached/` of all tables. @throws HitError `store_unavailable` */
export async function detachedParts(engine: Pick<PartEngine, 'rows' | 'dialect'>): Promise<DetachedPart[]> {
  const rows = await engine.rows<{ table: string; name: string; path: string; reason: string | null }>(
    queryText('parts_detached', {}, engine.dialect),
  );
  return rows.map(({ table, name, path, reason }) => ({
    // On a cluster, the table that holds the rows has another name.
    ...{
      table: tableOf(table),
      name,
      path,
      kind: isRescued(name) ? 'tended' : kindOf(reason ?? ''),
    },
  }));
}

function kindOf(reason: string): DetachedPart['kind'] {
  if (COPIES.has(reason)) return 'copy';
  if (TENDED.has(reason)) return 'tended';
  // Includes reasons of future versions: a reason that is not known to be harmless is reported.
  return WHOLE.has(reason) ? 'detached' : 'broken';
}

/** Deletes parts of the embedded engine whose rows are elsewhere too. @returns how many */
export async function removeCopies(parts: readonly DetachedPart[]): Promise<number> {
  const copies = parts.filter(({ kind }) => kind === 'copy');
  for (const { path } of copies) await rm(path, { recursive: true, force: true });
  return copies.length;
}
