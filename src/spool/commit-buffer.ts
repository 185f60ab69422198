import type { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { RowWriter } from '../hit/row.ts';

/** Told whether what was appended is durable. Without a fault it is. */
export type Done = (fault: HitError | undefined) => void;

/** Hits that are written, and answered, together. */
export interface CommitGroup {
  /** Rows and their seal. The next group but one overwrites them. */
  readonly bytes: Buffer;
  readonly hits: number;
  readonly waiting: readonly Done[];
}

/** Hits that gather in one buffer while the group in the other is being written. */
export class CommitBuffer {
  #next = new RowWriter();
  #last = new RowWriter();
  #waiting: Done[] = [];
  #hits = 0;

  get hits(): number {
    return this.#hits;
  }

  get bytes(): number {
    return this.#next.length;
  }

  add(hit: Hit, done: Done): void {
    this.#next.write(hit);
    this.#hits++;
    this.#waiting.push(done);
  }

  /** Adds rows that were written elsewhere, and are told of once. */
  addRows(rows: Uint8Array, hits: number, done: Done): void {
    this.#next.append(rows);
    this.#hits += hits;
    this.#waiting.push(done);
  }

  /** Ends the group. Of two groups, the first must have been written before the second is ended. */
  take(): CommitGroup {
    const group = { bytes: this.#next.seal(), hits: this.#hits, waiting: this.#waiting };
    this.#waiting = [];
    this.#hits = 0;
    [this.#next, this.#last] = [this.#last, this.#next];
    return group;
  }
}

/**
 * Tells all of a group, whatever one of them does.
 *
 * @param onError told of one that threw
 */
export function tell(
  waiting: readonly Done[],
  fault: HitError | undefined,
  onError: (error: unknown) => void,
): void {
  for (let told = 0; told < waiting.length; ) {
    try {
      while (told < waiting.length) waiting[told++]!(fault);
    } catch (error) {
      onError(error);
    }
  }
}
