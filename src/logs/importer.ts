import { setImmediate as nextTurn } from 'node:timers/promises';
import { HitError, messageOf } from '../errors.ts';
import type { Live } from '../live/live.ts';
import type { DBTracker } from '../trackers/db.ts';
import { detectFormat, type LogFormat } from './format.ts';
import { type Piece, piecesOf } from './piece.ts';
import { type LineFailure, MOST_FAILURES, type PieceResult, type Sightings } from './reader.ts';
import { ReaderThreads } from './reader-threads.ts';
import { linesOf, sampled, unzipped } from './source.ts';

/** Bytes of log that are read, stored and remembered at once. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** How long what a growing log has gained waits for more, in milliseconds. */
const FOLLOW_PATIENCE = 1000;
/** Hits that live state counts before others have their turn. */
const SIGHTINGS_A_TURN = 5000;
const DEFAULT_SITE = 'localhost';

export interface ImportOptions {
  /** Of lines that name no host. Default `localhost`. */
  readonly site: string | undefined;
  readonly format: LogFormat | 'auto';
  /** Whether the log grows, so that what is there is taken without waiting for more. */
  readonly follow: boolean;
}

/** How far an import is. */
export interface ImportProgress {
  /** Bytes read of the source as it is, compressed or not. */
  readonly bytes: number;
  readonly lines: number;
}

/** The summary that `import --json` prints. */
export interface ImportSummary {
  /** Lines that are not blank. */
  readonly lines: number;
  readonly imported: number;
  readonly failed: number;
  /** Lines that an earlier import took. */
  readonly already: number;
  readonly seconds: number;
  readonly lines_per_second: number;
  /** The first 20. */
  readonly failures: readonly LineFailure[];
}

export interface LogImporterOptions {
  readonly db: DBTracker;
  /** Live state that counts the hits too. */
  readonly live: Live | undefined;
  readonly key: Uint8Array;
  readonly importSalt: Uint8Array;
  readonly allowedSites: readonly string[] | undefined;
}

/**
 * Takes access logs into the store, each line once however often its log is read.
 *
 * @example
 * const importer = new LogImporter({ db, live: undefined, key, importSalt, allowedSites: undefined });
 * await importer.run(createReadStream('access.log'), { site: 'example.com', format: 'auto', follow: false });
 */
export class LogImporter {
  readonly #options: LogImporterOptions;

  constructor(options: LogImporterOptions) {
    this.#options = options;
  }

  /**
   * @param source the log's bytes, gzip or plain
   * @returns when everything is in the store
   * @throws HitError `import_failed` where the source breaks off; what was read before is kept, and an import of the
   *   same log goes on from there
   */
  async run(
    source: AsyncIterable<Buffer>,
    options: ImportOptions,
    onProgress: (progress: ImportProgress) => void = () => undefined,
  ): Promise<ImportSummary> {
    const run = new Run(this.#options, options, onProgress);
    try {
      return await run.go(source);
    } finally {
      await run.close();
    }
  }
}

interface Pending {
  readonly piece: Piece;
  readonly result: Promise<PieceResult> | undefined;
}

/** One import under way. */
class Run {
  readonly #house: LogImporterOptions;
  readonly #options: ImportOptions;
  readonly #onProgress: (progress: ImportProgress) => void;
  readonly #site: string;
  readonly #started = performance.now();
  #threads: ReaderThreads | undefined;
  #bytes = 0;
  #lineBreaks = 0;
  #lines = 0;
  #imported = 0;
  #failed = 0;
  #already = 0;
  readonly #failures: LineFailure[] = [];

  constructor(
    house: LogImporterOptions,
    options: ImportOptions,
    onProgress: (progress: ImportProgress) => void,
  ) {
    this.#house = house;
    this.#options = options;
    this.#onProgress = onProgress;
    this.#site = options.site ?? DEFAULT_SITE;
  }

  async go(source: AsyncIterable<Buffer>): Promise<ImportSummary> {
    const { db } = this.#house;
    const { follow } = this.#options;
    const patience = follow ? FOLLOW_PATIENCE : Number.POSITIVE_INFINITY;
    const { text, sample } = await sampled(unzipped(this.#counted(source)), follow);
    const format =
      this.#options.format === 'auto' ? (detectFormat(linesOf(sample)) ?? 'combined') : this.#options.format;
    this.#threads = new ReaderThreads({
      format,
      site: this.#site,
      key: this.#house.key,
      importSalt: this.#house.importSalt,
      allowedSites: this.#house.allowedSites,
    });
    const lookUp = (root: string) => db.knownPieces(root);
    const pending: Pending[] = [];
    try {
      for await (const piece of piecesOf(text, { site: this.#site, lookUp, size: PIECE_BYTES, patience })) {
        pending.push({ piece, result: piece.known ? undefined : this.#threads.read(piece.bytes) });
        const most = follow ? 0 : this.#threads.most;
        while (pending.length > most) await this.#settle(pending.shift()!);
      }
    } catch (error) {
      for (const each of pending) await this.#settle(each);
      throw error instanceof HitError
        ? error
        : new HitError('import_failed', `the log breaks off: ${messageOf(error)}`, { cause: error });
    }
    for (const each of pending) await this.#settle(each);
    await db.spool.flush();
    return this.#summary();
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  async #settle({ piece, result }: Pending): Promise<void> {
    const { root, parent, digest, known, bytes } = piece;
    if (known) {
      this.#already += Number(known.lines);
      this.#lines += Number(known.lines);
      this.#lineBreaks += Number(known.line_breaks);
    } else {
      const read = (await result)!;
      const { lines, lineBreaks, failed } = read;
      await this.#house.db.spool.add(read.rows, {
        ...{
          root,
          parent,
          digest,
          bytes: bytes.length,
          lines,
          line_breaks: lineBreaks,
          failed,
          site: this.#site,
        },
      });
      for (const { line, reason } of read.failures) {
        if (this.#failures.length < MOST_FAILURES)
          this.#failures.push({ line: line + this.#lineBreaks, reason });
      }
      this.#lines += lines;
      this.#lineBreaks += lineBreaks;
      this.#imported += read.imported;
      this.#failed += failed;
      await this.#count(read.sightings);
    }
    this.#onProgress({ bytes: this.#bytes, lines: this.#lines });
  }

  async #count({ sites, site, time, high, low }: Sightings): Promise<void> {
    const { live } = this.#house;
    if (!live) return;
    for (let i = 0; i < time.length; i++) {
      live.track({ site: sites[site[i]!]!, time: time[i]!, visitorHigh: high[i]!, visitorLow: low[i]! });
      if (i % SIGHTINGS_A_TURN === SIGHTINGS_A_TURN - 1) await nextTurn();
    }
  }

  async *#counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  #summary(): ImportSummary {
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      lines: this.#lines,
      imported: this.#imported,
      failed: this.#failed,
      already: this.#already,
      seconds: Number(seconds.toFixed(3)),
      lines_per_second: Math.round(this.#lines / seconds),
      failures: this.#failures,
    };
  }
}
