/**
 * Runs the same work for many callers: one run at a time, and at most one pending. Calls during a run share the next run, as the
 * current one may have begun too early for them.
 *
 * @example
 * const flush = new SharedRun(() => writer.flush());
 * await Promise.all(readers.map(() => flush.run())); // flushes twice at most
 */
export class SharedRun<Result> {
  readonly #work: () => Promise<Result>;
  #running: Promise<Result> | undefined;
  #next: Promise<Result> | undefined;

  constructor(work: () => Promise<Result>) {
    this.#work = work;
  }

  /** @returns the outcome of a run that begins after this call */
  run(): Promise<Result> {
    if (this.#running && !this.#next) this.#next = this.#after(this.#running);
    return this.#next ?? this.#start();
  }

  async #after(running: Promise<Result>): Promise<Result> {
    await running.catch(() => undefined);
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<Result> {
    const run = this.#work().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}
