import { DROP_REASONS, type DropReason } from './drop-reason.ts';

/** Number of dropped hits by reason since the process started. */
export class Drops {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly #counts = new Map<DropReason, number>(DROP_REASONS.map((reason) => [reason, 0]));

  constructor(now: number) {
    this.since = now;
  }

  count(reason: DropReason, hits = 1): void {
    this.#counts.set(reason, this.#counts.get(reason)! + hits);
  }

  /** Every reason, including those with a count of zero. */
  entries(): { reason: DropReason; hits: number }[] {
    return [...this.#counts].map(([reason, hits]) => ({ reason, hits }));
  }
}
