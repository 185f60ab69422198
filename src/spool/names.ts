import { randomInt } from 'node:crypto';
import { nameOf, RUNS, type SegmentName } from './segment.ts';

/** Generates the file names of one run, and with them its batch ids: each is unique, and later ones are larger. */
export class Names {
  readonly run = randomInt(RUNS);
  /** Sequence of the newest name. */
  #sequence = 0;

  /** Makes all later names larger than this one, whichever run generated it. */
  passOver({ sequence }: SegmentName): void {
    if (sequence > this.#sequence) this.#sequence = sequence;
  }

  /** Uses the current time, or the next free number if more than one name is generated per millisecond. */
  next(state: SegmentName['state']): SegmentName {
    this.#sequence = Math.max(this.#sequence + 1, Date.now());
    return nameOf(this.#sequence, this.run, state);
  }
}
