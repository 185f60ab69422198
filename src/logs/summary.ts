import type { ChunkCounts } from './import-registry.ts';
import { type ChunkResult, type LineFailure, MOST_FAILURES } from './reader.ts';

/** What became of lines. */
interface LineCounts {
  /** Lines that are not blank. */
  readonly lines: number;
  readonly imported: number;
  readonly failed: number;
  /** Lines that an earlier import took. */
  readonly already: number;
}

export const NO_LINES: LineCounts = { lines: 0, imported: 0, failed: 0, already: 0 };

/** The sums of all counts. */
export function sumOf(some: LineCounts, more: LineCounts): LineCounts {
  return {
    lines: some.lines + more.lines,
    imported: some.imported + more.imported,
    failed: some.failed + more.failed,
    already: some.already + more.already,
  };
}

/** The output of `import --json`. */
export interface ImportSummary extends LineCounts {
  /** Of `already`, lines that an earlier version imported: their hits may be purged, and `restorePurged` restores them. */
  readonly maybe_purged?: number;
  readonly seconds: number;
  readonly lines_per_second: number;
  /** The first 20 failures. */
  readonly failures: readonly LineFailure[];
  /** Why the log broke off, if it did: the part before is imported. */
  readonly broken?: string;
}

/** Counts an import, chunk after chunk. */
export class SummaryBuilder {
  readonly #started = performance.now();
  readonly #failures: LineFailure[] = [];
  #counts = NO_LINES;
  #lineBreaks = 0;
  #maybePurged = 0;

  /** Lines so far. */
  get lines(): number {
    return this.#counts.lines;
  }

  addKnown({ lines, lineBreaks }: ChunkCounts): void {
    this.#counts = sumOf(this.#counts, { ...NO_LINES, lines, already: lines });
    this.#lineBreaks += lineBreaks;
  }

  /** Known lines whose hits may be purged. */
  addMaybePurged(lines: number): void {
    this.#maybePurged += lines;
  }

  /** @param restored how many of its hits were restored, if the chunk was known */
  addRead(result: ChunkResult, restored = result.imported): void {
    for (const { line, reason } of result.failures) {
      if (this.#failures.length === MOST_FAILURES) break;
      this.#failures.push({ line: line + this.#lineBreaks, reason });
    }
    this.#counts = sumOf(this.#counts, {
      lines: result.lines,
      imported: restored,
      failed: result.failed,
      already: result.imported - restored,
    });
    this.#lineBreaks += result.lineBreaks;
  }

  /** The last line, if the log ends within it and it is unreadable. */
  addUnfinished(result: ChunkResult): void {
    const failures = result.failures.map(({ line, reason }) => ({
      line,
      reason: `The log ends within this line: it is counted once it is complete. ${reason}`,
    }));
    this.addRead({ ...result, failures });
  }

  /** @param broken why the log broke off, if it did */
  summary(broken: string | undefined): ImportSummary {
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      ...this.#counts,
      ...(this.#maybePurged > 0 && { maybe_purged: this.#maybePurged }),
      seconds: Number(seconds.toFixed(3)),
      lines_per_second: Math.round(this.#counts.lines / seconds),
      failures: this.#failures,
      ...(broken !== undefined && { broken }),
    };
  }
}
