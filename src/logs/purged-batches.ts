import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROW_LAYOUT } from '../hit/row.ts';
import type { Store } from '../store/store.ts';
import type { PieceCounts, PurgedPiece } from './ledger.ts';
import type { PieceResult } from './reader.ts';
import type { ImportTally } from './tally.ts';

/** A piece that an earlier import took and whose hits were purged since, read again. */
interface ReadAgain {
  readonly purged: PurgedPiece;
  readonly counts: PieceCounts;
  readonly result: PieceResult;
}

/**
 * Brings back what was purged of a log that is imported again.
 *
 * Hits that are purged stay counted in the rollups, so they may not come as new ones. They come back under the batch that
 * had brought them, which is known to be rolled up; a batch has hits of several pieces, so its pieces are gathered until
 * all are there. A log that does not have all pieces of a batch any more brings nothing back of it.
 */
export class PurgedBatches {
  readonly #store: Pick<Store, 'restore'>;
  readonly #tally: ImportTally;
  #pieces: ReadAgain[] = [];

  constructor(store: Pick<Store, 'restore'>, tally: ImportTally) {
    this.#store = store;
    this.#tally = tally;
  }

  /** Takes a piece, in the order of the log. @throws HitError `import_failed`, `store_unavailable` */
  async add(piece: ReadAgain): Promise<void> {
    if (this.#pieces.length > 0 && this.#pieces[0]!.purged.batch !== piece.purged.batch) this.giveUp();
    this.#pieces.push(piece);
    const hits = this.#pieces.reduce((sum, { result }) => sum + result.imported, 0);
    if (hits < piece.purged.hits) return;
    if (hits > piece.purged.hits) {
      this.giveUp();
      return;
    }
    const pieces = this.#pieces;
    await this.#restore(piece.purged, pieces);
    for (const { result } of pieces) this.#tally.addRead(result);
    this.#pieces = [];
  }

  /** Leaves a batch as it is of which pieces are missing. */
  giveUp(): void {
    for (const { counts } of this.#pieces) this.#tally.addKnown(counts);
    this.#pieces = [];
  }

  async #restore({ batch, hits }: PurgedPiece, pieces: readonly ReadAgain[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-restore-'));
    try {
      const path = join(folder, 'rows');
      // With the commit records among them, which the database skips.
      await writeFile(path, Buffer.concat(pieces.map(({ result }) => result.rows)), { mode: 0o600 });
      await this.#store.restore(BigInt(batch), { path, layout: ROW_LAYOUT }, hits);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
