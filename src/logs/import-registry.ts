import type { ImportedChunk } from '../trackers/imported-chunks.ts';

/** Line counts of a chunk, for the summary and for the line numbers after it. */
export interface ChunkCounts {
  /** Lines that are not blank. */
  readonly lines: number;
  readonly lineBreaks: number;
}

/** The batch that had stored the hits of a chunk, which have been purged since. */
export interface PurgedChunk {
  /** Its id. */
  readonly batch: string;
  /** Hits of the whole batch, which may include several chunks. */
  readonly hits: number;
}

/** A chunk that was taken. */
export interface KnownChunk {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Set if its hits were purged, or may have been: the chunk may be read again to restore them. */
  readonly purged?: PurgedChunk | 'maybe' | undefined;
  /** Resolves when the import that takes the chunk is done; rejects if it fails. */
  readonly counts: Promise<ChunkCounts>;
}

/** The claim of an import on a chunk: settled or withdrawn, once. */
export interface Claim {
  complete(counts: ChunkCounts): void;
  withdraw(error: unknown): void;
}

/**
 * The chunks of a log that are taken: those in the store, and those that running imports have claimed. A log may be
 * imported twice at the same time, by a nightly job while another import follows it; the first to reach a chunk claims
 * it, in the same turn in which it finds the chunk free, and the other import skips it.
 */
export class ImportRegistry {
  readonly #chunks = new Map<string, KnownChunk[]>();
  #version = 0;

  constructor(known: readonly ImportedChunk[] = []) {
    for (const { parent, digest, size, lines, line_breaks: lineBreaks, ...chunk } of known) {
      const { purged_batch: batch = '0', batch_hits: hits = 0, is_legacy: isLegacy = 0 } = chunk;
      const purged = batch !== '0' ? { batch, hits } : isLegacy === 1 ? 'maybe' : undefined;
      this.#add(parent, { digest, size, purged, counts: Promise.resolve({ lines, lineBreaks }) });
    }
  }

  /** Changes with each modification. */
  get version(): number {
    return this.#version;
  }

  /** The known successors of a chunk, shortest first. */
  after(parent: string): KnownChunk[] {
    return (this.#chunks.get(parent) ?? []).toSorted((a, b) => a.size - b.size);
  }

  claim(parent: string, digest: string, size: number): Claim {
    const { promise, resolve, reject } = Promise.withResolvers<ChunkCounts>();
    // Usually nobody waits for it.
    promise.catch(() => undefined);
    const chunk = { digest, size, counts: promise };
    this.#add(parent, chunk);
    return {
      complete: resolve,
      withdraw: (error) => {
        this.#remove(parent, chunk);
        reject(error);
      },
    };
  }

  #add(parent: string, chunk: KnownChunk): void {
    this.#version++;
    const chunks = this.#chunks.get(parent);
    if (chunks) chunks.push(chunk);
    else this.#chunks.set(parent, [chunk]);
  }

  #remove(parent: string, chunk: KnownChunk): void {
    this.#version++;
    const left = this.#chunks.get(parent)?.filter((other) => other !== chunk);
    this.#chunks.set(parent, left ?? []);
  }
}

/** The registries of the logs that are being imported: imports of the same log share one. */
export class ImportRegistries {
  readonly #load: (root: string) => Promise<readonly ImportedChunk[]>;
  readonly #open = new Map<string, { users: number; readonly registry: Promise<ImportRegistry> }>();

  /** @param load all chunks of the logs with one root that are in the store or on their way to it */
  constructor(load: (root: string) => Promise<readonly ImportedChunk[]>) {
    this.#load = load;
  }

  /** The registry of the logs with a root; each call needs one call of `close`. */
  open(root: string): Promise<ImportRegistry> {
    let shared = this.#open.get(root);
    if (!shared) {
      shared = { users: 0, registry: this.#load(root).then((known) => new ImportRegistry(known)) };
      this.#open.set(root, shared);
    }
    shared.users++;
    return shared.registry;
  }

  close(root: string): void {
    const shared = this.#open.get(root);
    if (shared && --shared.users === 0) this.#open.delete(root);
  }
}
