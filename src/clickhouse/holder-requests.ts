/**
 * Requests of holders of tokens that are in progress. A request runs several statements, and a dashboard sends several requests; the
 * engine pauses anonymous statements only while one of these statements runs, and not while it plans its own, which takes it half
 * of their time. So no anonymous statement begins before the requests are done, and no other one came for a moment.
 *
 * The wait is bounded: holders who query without a break slow down anonymous readers, and do not stop them.
 */

/** Milliseconds without a request, after which no more are expected. */
const QUIET_MS = 100;

export class HolderRequests {
  readonly #quiet: number;
  #running = 0;
  /** Called when none is in progress. */
  readonly #waiters = new Set<() => void>();
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(quiet = QUIET_MS) {
    this.#quiet = quiet;
  }

  /** Runs a request of a holder. */
  async run<Result>(request: () => Promise<Result>): Promise<Result> {
    this.#running++;
    try {
      return await request();
    } finally {
      this.#running--;
      if (this.#running === 0) {
        this.#endedAt = performance.now();
        for (const done of this.#waiters) done();
      }
    }
  }

  /** Waits until none is in progress, and none is expected. @param most milliseconds */
  async over(most: number): Promise<void> {
    const end = performance.now() + most;
    for (let now = performance.now(); now < end; now = performance.now()) {
      const quiet = this.#endedAt + this.#quiet - now;
      if (this.#running > 0) await this.#idle(end - now);
      else if (quiet <= 0) return;
      else await new Promise((resolve) => setTimeout(resolve, Math.min(quiet, end - now)));
    }
  }

  /** Waits until none is in progress. @param most milliseconds */
  #idle(most: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, most);
      this.#waiters.add(done);
    });
  }
}
