import type { ImportedChunk } from '../trackers/db.ts';

/** What a piece says of itself, for the summary and for the numbers of the lines behind it. */
export interface ChunkCounts {
  /** Lines that are not blank. */
  readonly lines: number;
  readonly lineBreaks: number;
}

/** The batch that had brought the hits of a piece, which were purged since. */
export interface PurgedChunk {
  /** Its id. */
  readonly batch: string;
  /** Hits of the whole batch, which may be of several pieces. */
  readonly hits: number;
}

/** A piece that was taken. */
export interface KnownChunk {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** There where its hits were purged, or may have been: it may be read again, to bring them back. */
  readonly purged?: PurgedChunk | 'maybe' | undefined;
  /** Waits for the import that takes the piece right now; rejected where that one fails. */
  readonly counts: Promise<ChunkCounts>;
}

/** A piece that an import is about to take: settled or withdrawn, once. */
export interface Claim {
  settle(counts: ChunkCounts): void;
  withdraw(error: unknown): void;
}

/**
 * Which pieces of a log are taken: those in the store, and those that imports under way have claimed. A log may be
 * imported twice at the same time, by a nightly job while another follows it; whoever comes to a piece first claims
 * it, in the same turn in which it finds the piece free, and the other one passes it by.
 */
export class ImportRegistry {
  readonly #pieces = new Map<string, KnownChunk[]>();
  #version = 0;

  constructor(known: readonly ImportedChunk[] = []) {
    for (const { parent, digest, size, lines, line_breaks: lineBreaks, ...piece } of known) {
      const { purged_batch: batch = '0', batch_hits: hits = 0, is_legacy: isLegacy = 0 } = piece;
      const purged = batch !== '0' ? { batch, hits } : isLegacy === 1 ? 'maybe' : undefined;
      this.#add(parent, { digest, size, purged, counts: Promise.resolve({ lines, lineBreaks }) });
    }
  }

  /** Another number after each change. */
  get version(): number {
    return this.#version;
  }

  /** What follows a piece, shortest first. */
  after(parent: string): KnownChunk[] {
    return (this.#pieces.get(parent) ?? []).toSorted((a, b) => a.size - b.size);
  }

  claim(parent: string, digest: string, size: number): Claim {
    const { promise, resolve, reject } = Promise.withResolvers<ChunkCounts>();
    // Mostly nobody waits for it.
    promise.catch(() => undefined);
    const piece = { digest, size, counts: promise };
    this.#add(parent, piece);
    return {
      settle: resolve,
      withdraw: (error) => {
        this.#remove(parent, piece);
        reject(error);
      },
    };
  }

  #add(parent: string, piece: KnownChunk): void {
    this.#version++;
    const pieces = this.#pieces.get(parent);
    if (pieces) pieces.push(piece);
    else this.#pieces.set(parent, [piece]);
  }

  #remove(parent: string, piece: KnownChunk): void {
    this.#version++;
    const left = this.#pieces.get(parent)?.filter((other) => other !== piece);
    this.#pieces.set(parent, left ?? []);
  }
}

/** The ledgers of the logs that are being imported: those who import the same log share one. */
export class ImportRegistries {
  readonly #load: (root: string) => Promise<readonly ImportedChunk[]>;
  readonly #open = new Map<string, { users: number; readonly ledger: Promise<ImportRegistry> }>();

  /** @param load all that the store has, and will have of what is on its way, of the logs with one root */
  constructor(load: (root: string) => Promise<readonly ImportedChunk[]>) {
    this.#load = load;
  }

  /** The ledger of the logs with a root, until `close` is called as often. */
  open(root: string): Promise<ImportRegistry> {
    let shared = this.#open.get(root);
    if (!shared) {
      shared = { users: 0, ledger: this.#load(root).then((known) => new ImportRegistry(known)) };
      this.#open.set(root, shared);
    }
    shared.users++;
    return shared.ledger;
  }

  close(root: string): void {
    const shared = this.#open.get(root);
    if (shared && --shared.users === 0) this.#open.delete(root);
  }
}
