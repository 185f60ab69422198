import { quote } from '../clickhouse/literals.ts';
import { coveredBy } from '../clickhouse/watermarks.ts';
import { allDeletions } from '../deletion/deletion.ts';
import type { Store } from '../store/store.ts';
import type { Part } from './manifest.ts';

/** Tells which parts of an archive are of a site from before it was deleted: their files stay, but the store knows them no more. */
export async function deletedParts(store: Store): Promise<(part: Part) => boolean> {
  const deletions = Map.groupBy(await allDeletions(store), ({ site }) => site);
  return ({ manifest: { site, watermarks } }) =>
    (deletions.get(site) ?? []).some((deletion) =>
      [...watermarks].every(([writer, last]) => last <= (deletion.watermarks.get(writer) ?? 0n)),
    );
}

/**
 * SQL: which hits were imported again after their site was deleted. They have their batches of before, so in the archive they could
 * not be told from deleted ones: they stay in the store.
 */
export async function reimportedHits(store: Store): Promise<string> {
  // Watermarks never decrease, so those of the last deletion are enough.
  const last = new Map((await allDeletions(store)).map(({ site, watermarks }) => [site, watermarks]));
  const each = Array.from(last, ([site, watermarks]) => `site = ${quote(site)} AND ${coveredBy(watermarks)}`);
  return each.join(' OR ') || 'false';
}
