/**
 * The current problems of a store. A check reports a problem by its code, and clears it when it is gone. `/readyz`,
 * the metrics and the log all read the problems here, so they never disagree.
 */

/** Stable names of problems, for alerts. */
export const PROBLEM_CODES = [
  /** There is too little free space to insert; hits wait in the spool. */
  'store_full',
  /** Parts of tables are broken and were detached: queries do not see their rows. */
  'broken_parts',
  /** The ledger has batches whose hits are not all in the store. */
  'missing_hits',
  /** Parts could not be inspected. */
  'inspection_failed',
  /** A step or a batch does not fit into the memory of the embedded engine. */
  'engine_memory',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong and what to do, in one line. */
  readonly message: string;
}

export interface HealthLog {
  info(message: string): void;
  error(message: string): void;
}

/**
 * @example
 * const health = new Health(log);
 * health.report('store_full', 'the disk has 3 MiB free, and 20 MiB are needed: free 17 MiB');
 * health.problems; // [{ code: 'store_full', message: … }]
 * health.clear('store_full');
 */
export class Health {
  readonly #log: HealthLog;
  readonly #problems = new Map<ProblemCode, { readonly message: string; readonly detail: string }>();

  constructor(log: HealthLog) {
    this.#log = log;
  }

  /** In the order in which they were found. */
  get problems(): readonly Problem[] {
    return Array.from(this.#problems, ([code, { message }]) => ({ code, message }));
  }

  has(code: ProblemCode): boolean {
    return this.#problems.has(code);
  }

  /**
   * Sets a problem. It is logged if it is new or its detail changed, not at each check.
   *
   * @param detail identifies the problem, such as names of parts; a message may contain byte counts, which always change
   */
  report(code: ProblemCode, message: string, detail = ''): void {
    const known = this.#problems.get(code);
    this.#problems.set(code, { message, detail });
    if (known?.detail !== detail) this.#log.error(`store: ${message}`);
  }

  clear(code: ProblemCode): void {
    if (this.#problems.delete(code)) this.#log.info(`store: ${RECOVERED[code]}`);
  }
}

const RECOVERED: Readonly<Record<ProblemCode, string>> = {
  store_full: 'there is enough free space again',
  broken_parts: 'no parts are broken any more',
  missing_hits: 'no hits are missing any more',
  inspection_failed: 'parts can be inspected again',
  engine_memory: 'the memory of the engine is enough again',
};
