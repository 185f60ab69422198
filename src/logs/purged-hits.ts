/**
 * Restores purged hits of a log that is imported again.
 *
 * Purged hits stay counted in the rollups, so they must not return as new hits. They return under their original batch,
 * which is known to be rolled up. A batch has hits of several chunks, so its chunks are gathered until
 * all are there. If the log lacks some chunks of a batch, none of its hits are restored.
 *
 * For chunks imported by a version without a ledger, no batch is known. Their hits return in batches of a separate writer,
 * if the store finds that they are gone (`restore_legacy.sql`). It cannot see whether they are in an archive, so
 * the user must request it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rollups } from '../rollup/rollups.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { Names } from '../spool/names.ts';
import { batchId } from '../spool/segment.ts';
import type { Store } from '../store/store.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { ChunkCounts, PurgedChunk } from './import-registry.ts';
import type { ChunkResult } from './reader.ts';
import type { SummaryBuilder } from './summary.ts';

/** A chunk of an earlier import, read again because its hits have been purged. */
interface ReimportedChunk<Purged = PurgedChunk> {
  readonly purged: Purged;
  readonly counts: ChunkCounts;
  readonly result: ChunkResult;
}

interface RowsFile {
  readonly path: string;
  readonly layout: number;
}

export class PurgedHits {
  readonly #store: Pick<Store, 'restore' | 'restoreLegacy'>;
  readonly #rollups: Pick<Rollups, 'countRestored'>;
  readonly #summary: SummaryBuilder;
  readonly #names = new Names();
  #chunks: ReimportedChunk[] = [];

  constructor({ store, rollups }: Pick<DBTracker, 'store' | 'rollups'>, summary: SummaryBuilder) {
    this.#store = store;
    this.#rollups = rollups;
    this.#summary = summary;
  }

  /** Adds a chunk, in the order of the log. @throws HitError `import_failed`, `store_unavailable` */
  async add({ purged, counts, result }: ReimportedChunk<PurgedChunk | 'maybe'>): Promise<void> {
    if (purged === 'maybe') {
      this.giveUp();
      await this.#addLegacy(counts, result);
      return;
    }
    if (this.#chunks.length > 0 && this.#chunks[0]!.purged.batch !== purged.batch) this.giveUp();
    this.#chunks.push({ purged, counts, result });
    const hits = this.#chunks.reduce((sum, { result }) => sum + result.imported, 0);
    if (hits < purged.hits) return;
    if (hits > purged.hits) {
      this.giveUp();
      return;
    }
    const chunks = this.#chunks;
    const rows = chunks.map(({ result }) => result.rows);
    let restored = await withFile(rows, (file) =>
      this.#store.restore(BigInt(purged.batch), file, purged.hits),
    );
    await this.#rollups.countRestored([BigInt(purged.batch)]);
    for (const { result } of chunks) {
      const own = Math.min(restored, result.imported);
      this.#summary.addRead(result, own);
      restored -= own;
    }
    this.#chunks = [];
  }

  /** Gives up a batch with missing chunks, and leaves it unchanged. */
  giveUp(): void {
    for (const { counts } of this.#chunks) this.#summary.addKnown(counts);
    this.#chunks = [];
  }

  async #addLegacy(counts: ChunkCounts, result: ChunkResult): Promise<void> {
    const id = batchId(this.#names.next('noted'));
    const restored = await withFile([result.rows], (file) => this.#store.restoreLegacy(id, file));
    if (restored === 0) {
      this.#summary.addKnown(counts);
      return;
    }
    await this.#rollups.countRestored([id]);
    this.#summary.addRead(result, restored);
  }
}

/** Calls a function with rows in a temporary file. */
async function withFile<Result>(
  rows: readonly Uint8Array[],
  use: (file: RowsFile) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-restore-'));
  try {
    const path = join(folder, 'rows');
    // Includes the commit records, which the database skips.
    await writeFile(path, Buffer.concat(rows), { mode: 0o600 });
    return await use({ path, layout: ROW_LAYOUT });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
