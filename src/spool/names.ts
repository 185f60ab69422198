import { randomInt } from 'node:crypto';
import { nameOf, RUNS, type SegmentName } from './segment.ts';

/** Names of files that one run of a program gives, and with them the ids of its batches: each once, later ones larger. */
export class Names {
  readonly run = randomInt(RUNS);
  /** Of the newest name. */
  #sequence = 0;

  /** Names from now on come after this one, whoever gave it. */
  passOver({ sequence }: SegmentName): void {
    if (sequence > this.#sequence) this.#sequence = sequence;
  }

  /** The time, or the next free number where names are given faster than that. */
  next(state: SegmentName['state']): SegmentName {
    this.#sequence = Math.max(this.#sequence + 1, Date.now());
    return nameOf(this.#sequence, this.run, state);
  }
}
