import { detachedParts } from '../clickhouse/parts/detached.ts';
import { HitError } from '../errors.ts';
import type { ImportKey } from '../folder/import-key.ts';
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
 * @param root with this key
 * @throws HitError `import_failed` if it is unknown what was imported, since it would be imported twice: some chunks are lost, or
 *   have another key
 */
export async function importedChunks(store: Store, root: string, key: ImportKey): Promise<ImportedChunk[]> {
  const { prefix, end } = key;
  const [foreign] = await store.rows<{ root: string }>('imports_foreign', { prefix, end });
  if (foreign) throw unknown(whyForeign(foreign.root));
  const chunks = await store.rows<ImportedChunk>('imports', { root });
  // Checked afterwards, because reading detects a broken part. A server restores its parts from replicas.
  const lost = store.isShared ? undefined : await detachedPath(store);
  if (lost === undefined) return chunks;
  throw unknown(
    `a part of the store is broken (imports/${lost.name}): restore a backup, or delete ${lost.path} to import anyway, which may count lines twice`,
  );
}

function unknown(why: string): HitError {
  return new HitError('import_failed', `it is unknown what was imported before, since ${why}`);
}

/** Roots of earlier versions begin with a hexadecimal digit. */
function whyForeign(root: string): string {
  if (root < 'k')
    return 'an earlier version of Hit Tracker still imports into this store: upgrade all nodes, and restart this one';
  return 'logs were imported into this store with another import salt: use the secrets.json of the node that imported them, or, if it is lost, see "hit-tracker secrets --help"';
}

async function detachedPath(store: Store) {
  await using connection = store.dedicatedConnection();
  const parts = await detachedParts(connection);
  return parts.find(({ table, kind }) => table === 'imports' && (kind === 'broken' || kind === 'detached'));
}
