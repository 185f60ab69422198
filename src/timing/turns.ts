import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work after which others get their turn. */
const LONGEST = 5;
/** Steps between two looks at the clock. */
const STEPS = 16;

/**
 * Divides long work on the main thread into turns, between which everything else runs. Works that share a `Rotation` run one at
 * a time, so that many of them delay everything else no more than one does.
 *
 * @example
 * const turns = new Turns(rotation);
 * for (const line of lines) {
 *   read(line);
 *   if (turns.isOver()) await turns.next();
 * }
 */
export class Turns {
  readonly #rotation: Rotation;
  #began = performance.now();
  #steps = 0;

  constructor(rotation: Rotation) {
    this.#rotation = rotation;
  }

  /** Called after some small steps. Looks at the clock only sometimes, as that takes longer than a step may. */
  isOver(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps < STEPS) return false;
    this.#steps = 0;
    return performance.now() - this.#began >= LONGEST;
  }

  /** Resolves when everything else had its turn. */
  async next(): Promise<void> {
    await this.#rotation.next();
    this.#began = performance.now();
  }
}

/** Hands out the turns of the event loop: each to one work, in the order in which they ask. */
export class Rotation {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves in a turn in which no other caller's promise does. */
  next(): Promise<unknown> {
    this.#last = this.#last.then(() => nextTurn());
    return this.#last;
  }
}
