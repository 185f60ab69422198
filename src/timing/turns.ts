import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work after which others get their turn. */
const LONGEST = 5;

/**
 * Divides long work on the main thread into turns, between which everything else runs.
 *
 * @example
 * const turns = new Turns();
 * for (const line of lines) {
 *   read(line);
 *   if (turns.isOver()) await turns.next();
 * }
 */
export class Turns {
  #began = performance.now();
  #steps = 0;

  /** Called after each small step. Looks at the clock only sometimes, as that takes longer than a step may. */
  isOver(): boolean {
    return (++this.#steps & 15) === 0 && performance.now() - this.#began >= LONGEST;
  }

  /** Resolves when everything else had its turn. */
  async next(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}
