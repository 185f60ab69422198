import { detachedParts } from '../clickhouse/parts/detached.ts';
import { HitError } from '../errors.ts';
import type { Store } from '../store/store.ts';

/** An imported chunk of an access log in the store. */
export interface ImportedChunk {
  readonly parent: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly lines: number;
  readonly line_breaks: number;
  /** The batch of its hits, if they were purged; else '0' or missing. */
  readonly purged_batch?: string;
  /** Hits of that batch. */
  readonly batch_hits?: number;
  /** Whether a version without a ledger imported it into a store that has since been purged: 0 or 1. */
  readonly is_legacy?: number;
}

/**
 * The imported chunks of logs that begin with a given line: see `logs/log-chunk.ts`.
 *
 * @throws HitError `import_failed` if some of the chunks are lost, since those would be imported twice
 */
export async function importedChunks(store: Store, root: string): Promise<ImportedChunk[]> {
  const chunks = await store.rows<ImportedChunk>('imports', { root });
  // Checked afterwards, because reading detects a broken part. A server restores its parts from replicas.
  const lost = store.isShared ? undefined : await lostPart(store);
  if (!lost) return chunks;
  throw new HitError(
    'import_failed',
    `it is unknown what was imported before, since a part of the store is broken (imports/${lost.name}): restore a backup, or delete ${lost.path} to import anyway, which may count lines twice`,
  );
}

async function lostPart(store: Store) {
  await using connection = store.dedicatedConnection();
  const parts = await detachedParts(connection);
  return parts.find(({ table, kind }) => table === 'imports' && (kind === 'broken' || kind === 'detached'));
}
