import { allDeletions } from '../deletion/deletion.ts';
import type { Store } from '../store/store.ts';
import type { Part } from './manifest.ts';

/** Tells which parts of an archive are of a site from before it was deleted: their files stay, but the store knows them no more. */
export async function deletedParts(store: Store): Promise<(part: Part) => boolean> {
  const deletions = Map.groupBy(await allDeletions(store), ({ site }) => site);
  return ({ manifest: { site, watermarks } }) =>
    (deletions.get(site) ?? []).some(({ marks }) =>
      [...watermarks].every(([writer, last]) => last <= (marks.get(writer) ?? 0n)),
    );
}
