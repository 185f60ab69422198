/** The period of a selection, and the members of an answer about it. */
import { isoTime } from './engine/rows.ts';
import type { Period } from './period.ts';
import type { BoundedSelection, Plan } from './plan.ts';
import type { Selection } from './selection.ts';
import { type Row, type Source, withConsistentRollups } from './source.ts';
import { VISITORS_ERROR } from './visitors.ts';

/** A selection with its period. Default: from the first hit to the last one, or to now if `from` is given. */
export async function periodOf(
  { store, archive }: Source,
  selection: Selection,
  now: number,
): Promise<BoundedSelection> {
  if (selection.from !== undefined && selection.to !== undefined) return selection as BoundedSelection;
  const [[extent], archived] = await Promise.all([
    withConsistentRollups(store, (fresh) =>
      store.rows<Row<'hits' | 'first' | 'last'>>(
        'extent',
        { sites: selection.site === '' ? [] : [selection.site] },
        undefined,
        fresh.fragments,
      ),
    ),
    archive?.firstOf(selection.site),
  ]);
  const hasHits = Number(extent?.hits ?? 0) > 0;
  const last = selection.from === undefined && hasHits ? Number(extent?.last) + 1 : now;
  const to = selection.to ?? Math.max(last, (selection.from ?? 0) + 1);
  const first = Math.min(hasHits ? Number(extent?.first) : to - 1, archived ?? Number.POSITIVE_INFINITY);
  return { ...selection, from: selection.from ?? Math.min(first, to - 1), to };
}

/** The precision of an answer from rollups. */
export const ESTIMATED = { error: Number(VISITORS_ERROR.toFixed(4)) };

/** The period of an answer: longer than requested if hits at a boundary are purged. */
export function edges(
  { from, to }: BoundedSelection,
  plan: Plan | { readonly from: 'visits' },
): { from: string; to: string } {
  if (plan.from !== 'rollups') return { from: isoTime(from), to: isoTime(to) };
  return { from: isoTime(Math.min(from, plan.first)), to: isoTime(Math.max(to, plan.end)) };
}

/** The gaps of an answer: empty if everything in the period is known. */
export function gapsOf(
  { from, to }: BoundedSelection,
  known: Period,
): { purged_before?: string; pending_since?: string } {
  return {
    ...(known.from > from && { purged_before: isoTime(known.from) }),
    ...(known.to < to && { pending_since: isoTime(known.to) }),
  };
}
