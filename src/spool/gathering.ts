import type { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { RowWriter } from '../hit/row.ts';

/** Told whether the hit is durable. Without a fault it is. */
export type Done = (fault: HitError | undefined) => void;

/** Hits that are written, and answered, together. */
export interface Group {
  /** Rows and their seal. The next group but one overwrites them. */
  readonly bytes: Buffer;
  readonly waiting: readonly Done[];
}

/** Hits that gather in one buffer while the group in the other is being written. */
export class Gathering {
  #next = new RowWriter();
  #last = new RowWriter();
  #waiting: Done[] = [];

  get hits(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#next.length;
  }

  add(hit: Hit, done: Done): void {
    this.#next.write(hit);
    this.#waiting.push(done);
  }

  /** Ends the group. Of two groups, the first must have been written before the second is ended. */
  take(): Group {
    const group = { bytes: this.#next.seal(), waiting: this.#waiting };
    this.#waiting = [];
    [this.#next, this.#last] = [this.#last, this.#next];
    return group;
  }
}
