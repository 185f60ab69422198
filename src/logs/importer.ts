import { HitError, messageOf } from '../errors.ts';
import type { ImportKey } from '../folder/import-key.ts';
import { siteName } from '../hit/site-name.ts';
import { DEFAULT_SITE } from '../settings/import.ts';
import { importRefusals } from '../spool/import-refusals.ts';
import type { LogChunkRecord } from '../spool/segment.ts';
import { AnyLineParser } from './any-line.ts';
import { Batches } from './batches.ts';
import { Directives } from './directives.ts';
import type { LineRules } from './format.ts';
import { rulesOf } from './format-detection.ts';
import { importFault } from './import-fault.ts';
import type { ImportOptions, LogImporterOptions } from './import-options.ts';
import type { ImportedTo, ImportProgress } from './import-progress.ts';
import type { Claim, ImportRegistries } from './import-registry.ts';
import { KnownLogs } from './known-logs.ts';
import { countLive } from './live-hits.ts';
import { type LogChunk, splitIntoChunks } from './log-chunk.ts';
import { createLogLine } from './log-line.ts';
import { PurgedHits } from './purged-hits.ts';
import type { ChunkResult } from './reader.ts';
import type { ReaderThreads } from './reader-threads.ts';
import { SharedThreads } from './shared-threads.ts';
import { passErrorsLast, sampled, textOf } from './source.ts';
import { StoredLines } from './stored-lines.ts';
import { type ImportSummary, SummaryBuilder } from './summary.ts';

/** Log bytes that a thread reads at once. */
const CHUNK_BYTES = 2 * 1024 * 1024;
/** Maximum size of a batch for the store, in chunks: many small batches cost it three times as much. */
const BATCH_CHUNKS = 8;
/** How long new data of a growing log waits for more, in milliseconds. */
const FOLLOW_FLUSH_MS = 1000;

/**
 * Imports access logs. Each line is imported once, even if its log is read several times, or by several imports at the same time.
 *
 * @example
 * const importer = new LogImporter({ db, live: undefined, intake: { key, importSalt } });
 * await importer.run(createReadStream('access.log'), { site: 'example.com', format: 'auto', follow: false });
 */
export class LogImporter {
  readonly #options: LogImporterOptions;
  readonly #known: KnownLogs;
  readonly #threads: SharedThreads;

  constructor(options: LogImporterOptions) {
    const { db, intake } = options;
    this.#options = options;
    this.#threads = new SharedThreads(intake);
    this.#known = new KnownLogs(db, intake.importSalt);
  }

  /**
   * Whether the store has a chunk that was reported by the progress of an import.
   *
   * @throws HitError `import_failed`, `store_unavailable`
   */
  isImported(chunk: Pick<ImportedTo, 'root' | 'digest'>): Promise<boolean> {
    return this.#known.has(chunk);
  }

  /**
   * A source that breaks off is not an error: what came before is kept, the summary says why, and another import of the
   * same log resumes there.
   *
   * @param source the log's bytes, compressed or not
   * @returns when everything is in the store
   * @throws HitError `bad_setting` for an invalid site; `import_failed`, `store_unavailable` if the log cannot be
   *   imported; another import of the same log resumes there
   */
  async run(
    source: AsyncIterable<Buffer>,
    options: ImportOptions,
    onProgress: (progress: ImportProgress) => void = () => undefined,
  ): Promise<ImportSummary> {
    const { key, registries } = this.#known;
    const shared = { key, registries, threads: this.#threads };
    const run = new ImportRun(this.#options, shared, options, onProgress);
    let fault: HitError | undefined;
    try {
      return await run.go(source);
    } catch (error) {
      fault = importFault(error);
      throw fault;
    } finally {
      await run.close(fault);
    }
  }
}

/** A chunk that was read, but is not stored yet. */
interface ReadChunk {
  readonly result: ChunkResult;
  readonly note: LogChunkRecord;
  readonly chunk: LogChunk & { kind: 'new' };
}

/** What all imports share. */
interface SharedParts {
  readonly key: ImportKey;
  readonly registries: ImportRegistries;
  readonly threads: SharedThreads;
}

/** One import in progress. */
class ImportRun {
  readonly #context: LogImporterOptions;
  readonly #shared: SharedParts;
  readonly #options: ImportOptions;
  readonly #onProgress: (progress: ImportProgress) => void;
  readonly #site: string;
  readonly #chunkBytes: number;
  readonly #summary = new SummaryBuilder();
  readonly #purged: PurgedHits;
  readonly #stored: StoredLines;
  readonly #claims = new Set<Claim>();
  readonly #batches: Batches<ReadChunk>;
  #threads: ReaderThreads | undefined;
  readonly #roots: string[] = [];
  #bytes = 0;
  #broken: string | undefined;
  #imported: ImportedTo | undefined;

  constructor(
    context: LogImporterOptions,
    shared: SharedParts,
    options: ImportOptions,
    onProgress: (progress: ImportProgress) => void,
  ) {
    this.#context = context;
    this.#shared = shared;
    this.#options = options;
    this.#onProgress = onProgress;
    this.#purged = new PurgedHits(context.db, this.#summary);
    this.#stored = new StoredLines(context.db);
    this.#chunkBytes = context.chunkBytes ?? CHUNK_BYTES;
    this.#site = siteName(options.site ?? DEFAULT_SITE);
    this.#batches = new Batches({
      weight: context.db.store.batchBytes(BATCH_CHUNKS * this.#chunkBytes),
      weightOf: ({ result }) => result.rows.length,
      take: (chunks) => this.#store(chunks),
    });
    if (this.#site === '') throw new HitError('bad_setting', `site "${options.site}" is not a host name`);
  }

  async go(source: AsyncIterable<Buffer>): Promise<ImportSummary> {
    const delivered = importRefusals(this.#context.db.spool);
    const readable = passErrorsLast(textOf(this.#counted(source)), (error) => {
      this.#broken = messageOf(error);
    });
    const { text, sample } = await sampled(readable, this.#options.follow);
    const rules = rulesOf(this.#options.format, sample, this.#options);
    const directives = new Directives(sample);
    await this.#take(this.#chunksOf(text, rules, directives), this.#startThreads(rules), directives);
    await this.#batches.flush();
    this.#purged.giveUp();
    await delivered();
    return this.#summary.summary(this.#broken);
  }

  /** @param fault why it failed, if it did */
  async close(fault: HitError | undefined): Promise<void> {
    await this.#batches.close();
    for (const claim of this.#claims) claim.withdraw(fault);
    for (const root of this.#roots) this.#shared.registries.close(root);
    if (this.#threads) await this.#shared.threads.close(this.#threads);
  }

  #startThreads(rules: LineRules): ReaderThreads {
    this.#threads = this.#shared.threads.open(rules, this.#site);
    return this.#threads;
  }

  #chunksOf(text: AsyncIterable<Buffer>, rules: LineRules, directives: Directives): AsyncIterable<LogChunk> {
    const line = createLogLine();
    const parser = new AnyLineParser(rules);
    return splitIntoChunks(text, {
      site: this.#site,
      key: this.#shared.key,
      size: this.#chunkBytes,
      refuseCopies: this.#options.refuseCopies === true,
      timeout: this.#options.follow ? FOLLOW_FLUSH_MS : Number.POSITIVE_INFINITY,
      canRead: (bytes) => parser.describe(directives.last).parse(bytes.toString(), line) === 'read',
      openRegistry: (root) => {
        this.#roots.push(root);
        return this.#shared.registries.open(root);
      },
    });
  }

  /** Reads chunks ahead, and stores them one after another, also while the log has no more data. */
  async #take(
    chunks: AsyncIterable<LogChunk>,
    threads: ReaderThreads,
    directives: Directives,
  ): Promise<void> {
    const underWay: Promise<void>[] = [];
    let last: Promise<void> = Promise.resolve();
    try {
      for await (const chunk of chunks) {
        const ahead = this.#isAtEnd(chunk.bytes.length) ? 0 : threads.ahead;
        if (chunk.kind === 'new') this.#claims.add(chunk.claim);
        const directive = directives.pass(chunk.bytes);
        const result = this.#isRead(chunk) ? threads.read(chunk.bytes, directive) : undefined;
        last = last.then(() => this.#settle(chunk, result));
        // Awaited later; this marks an earlier rejection as handled.
        last.catch(() => undefined);
        underWay.push(last);
        while (underWay.length > ahead) await underWay.shift();
      }
    } finally {
      await last;
    }
  }

  /** Whether a chunk is the last one of a growing log for now, so that nothing waits for more. */
  #isAtEnd(size: number): boolean {
    return this.#options.follow && size < this.#chunkBytes;
  }

  #isRead(chunk: LogChunk): boolean {
    if (chunk.kind !== 'known') return true;
    return chunk.purged !== undefined && (chunk.purged !== 'maybe' || this.#options.restorePurged === true);
  }

  async #settle(chunk: LogChunk, result: Promise<ChunkResult> | undefined): Promise<void> {
    if (chunk.kind === 'known') {
      this.#stored.reset();
      // The import that takes this chunk may wait for one that this import has read.
      await this.#batches.flush();
      const counts = await chunk.counts;
      if (chunk.purged && result) {
        await this.#purged.add({ purged: chunk.purged, counts, result: await result });
      } else {
        this.#purged.giveUp();
        this.#summary.addKnown(counts);
        if (chunk.purged) this.#summary.addMaybePurged(counts.lines);
      }
      this.#importedTo(chunk);
    } else {
      this.#purged.giveUp();
      const read = (await result)!;
      if (chunk.kind === 'unfinished') {
        this.#summary.addUnfinished(read);
      } else {
        if (this.#options.refuseCopies) await this.#stored.check(read);
        this.#summary.addRead(read);
        await this.#batches.add({ result: read, note: this.#noteOf(chunk, read), chunk });
        if (this.#isAtEnd(chunk.size)) void this.#batches.flush();
      }
    }
    this.#report();
  }

  #importedTo({ root, digest, size }: Omit<ImportedTo, 'bytes'> & { readonly size: number }): void {
    this.#imported = { root, digest, bytes: (this.#imported?.bytes ?? 0) + size };
  }

  #report(): void {
    this.#onProgress({ bytes: this.#bytes, lines: this.#summary.lines, imported: this.#imported });
  }

  async #store(chunks: readonly ReadChunk[]): Promise<void> {
    const rows = chunks.map(({ result }) => result.rows);
    const notes = chunks.map(({ note }) => note);
    const hits = chunks.reduce((sum, { result }) => sum + result.imported, 0);
    await this.#context.db.spool.add(rows, notes, hits);
    // Frees the memory now, instead of at a later garbage collection.
    for (const { buffer } of rows) buffer.transfer(0);
    for (const { result, chunk } of chunks) {
      this.#claims.delete(chunk.claim);
      chunk.claim.complete(result);
      this.#importedTo(chunk);
      if (this.#context.onSite) result.countedVisitors.sites.forEach(this.#context.onSite);
      await countLive(this.#context.live, result.countedVisitors);
    }
    this.#report();
  }

  #noteOf({ root, parent, digest, size }: LogChunk & { kind: 'new' }, result: ChunkResult): LogChunkRecord {
    return {
      root,
      parent,
      digest,
      bytes: size,
      lines: result.lines,
      line_breaks: result.lineBreaks,
      failed: result.failed,
      site: this.#site,
    };
  }

  async *#counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#bytes += chunk.length;
      yield chunk;
    }
  }
}
