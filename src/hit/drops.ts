import { DROP_REASONS, type DropReason } from './hit.ts';

/** How many hits were dropped, for which reason, since the process started. */
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

  /** Every reason, also those that never came up. */
  entries(): { reason: DropReason; hits: number }[] {
    return [...this.#counts].map(([reason, hits]) => ({ reason, hits }));
  }
}
