/**
 * Runs work one after the other, in the order in which it was given. The queue is unbounded: a caller that gives work waits for
 * its result.
 *
 * @example
 * const queue = new SerialQueue();
 * await Promise.all([queue.run(purge), queue.run(archive)]); // archives after the purge, even if that failed
 */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns the outcome of the work; its failure does not stop the work behind it */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all work that was given so far has ended. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
