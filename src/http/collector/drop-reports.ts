import type { DropReason } from '../../hit/drop-reason.ts';

/** Counts the drops of a collector thread, and reports those of one turn together: a flood of bots is one message. */
export class DropReports {
  readonly #report: (reason: DropReason, hits: number) => void;
  readonly #counts = new Map<DropReason, number>();

  constructor(report: (reason: DropReason, hits: number) => void) {
    this.#report = report;
  }

  count(reason: DropReason): void {
    if (this.#counts.size === 0) setImmediate(() => this.#flush());
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  #flush(): void {
    for (const [reason, hits] of this.#counts) this.#report(reason, hits);
    this.#counts.clear();
  }
}
