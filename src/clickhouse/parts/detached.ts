import { rm } from 'node:fs/promises';
import { queryText } from '../sql.ts';
import { isRescued, type PartEngine } from './part-rescue.ts';

/** A part in `detached/`. */
export interface DetachedPart {
  readonly table: string;
  readonly name: string;
  readonly path: string;
  /**
   * - `broken`: its rows cannot be read as they were written
   * - `detached`: whole, but in no answer: an operator detached it, or a rescue was cut short
   * - `copy`: its rows are in the table too
   * - `tended`: the engine, a replica or a rescue under way sees to it
   */
  readonly kind: 'broken' | 'detached' | 'copy' | 'tended';
}

/** Reasons of the engine, which are the beginnings of names, of parts whose rows are elsewhere too. */
const COPIES: ReadonlySet<string> = new Set([
  'clone',
  'cloned',
  'deleting',
  'ignored',
  'noquorum',
  'tmp-fetch',
]);
/** Of parts that the engine or a replica sees to itself. */
const TENDED: ReadonlySet<string> = new Set([
  'attaching',
  'merge-not-byte-identical',
  'mutate-not-byte-identical',
]);
/** Of parts that are whole. */
const WHOLE: ReadonlySet<string> = new Set(['', 'covered-by-broken', 'unexpected']);

/** All that is in `detached/` of all tables. @throws HitError `store_unavailable` */
export async function detachedParts(engine: Pick<PartEngine, 'rows'>): Promise<DetachedPart[]> {
  const rows = await engine.rows<{ table: string; name: string; path: string; reason: string | null }>(
    queryText('parts_detached'),
  );
  return rows.map(({ table, name, path, reason }) => ({
    // On a cluster each table has another name where its rows are.
    ...{
      table: table.replace(/_local$/, ''),
      name,
      path,
      kind: isRescued(name) ? 'tended' : kindOf(reason ?? ''),
    },
  }));
}

function kindOf(reason: string): DetachedPart['kind'] {
  if (COPIES.has(reason)) return 'copy';
  if (TENDED.has(reason)) return 'tended';
  // Also reasons of versions to come: what is not known to be harmless is told.
  return WHOLE.has(reason) ? 'detached' : 'broken';
}

/** Deletes parts of the embedded engine whose rows are elsewhere too. @returns how many */
export async function removeCopies(parts: readonly DetachedPart[]): Promise<number> {
  const copies = parts.filter(({ kind }) => kind === 'copy');
  for (const { path } of copies) await rm(path, { recursive: true, force: true });
  return copies.length;
}
