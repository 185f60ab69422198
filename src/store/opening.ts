/**
 * Opens a database that may not answer yet. A server that collects hits starts without it: the spool keeps them. Until the
 * database is open, each call that needs it tries to open it first, and fails with `store_unavailable`.
 */
import { unavailable } from '../clickhouse/faults.ts';
import { HitError } from '../errors.ts';
import { inTime } from '../timing/time-limit.ts';

/** Milliseconds within which a server must answer at all. */
const ANSWER_TIMEOUT = 5000;
/** Milliseconds between two attempts: queries that arrive meanwhile fail with the error of the last one. */
const PAUSE = 1000;

export class Opening {
  readonly #answer: (signal: AbortSignal) => Promise<unknown>;
  readonly #open: () => Promise<void>;
  #isOpen = false;
  #running: Promise<void> | undefined;
  #failed = { at: Number.NEGATIVE_INFINITY, error: undefined as unknown };

  /**
   * @param answer resolves if the server answers; ends by the signal
   * @param open may be called again after it failed
   */
  constructor(answer: (signal: AbortSignal) => Promise<unknown>, open: () => Promise<void>) {
    this.#answer = answer;
    this.#open = open;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * The first attempt: of a server that answers, it may take long, as the schema is converted.
   *
   * @returns whether it is open; false if the server does not answer
   * @throws HitError what else is wrong: waiting would not help
   */
  async start(): Promise<boolean> {
    try {
      await this.ensure();
    } catch (error) {
      if (!isUnanswered(error)) throw unavailable(error);
    }
    return this.#isOpen;
  }

  /** Resolves when the database is open. @throws HitError `store_unavailable` */
  async ensure(): Promise<void> {
    if (this.#isOpen) return;
    if (!this.#running && performance.now() - this.#failed.at < PAUSE) throw this.#failed.error;
    this.#running ??= this.#attempt();
    await this.#running;
  }

  async #attempt(): Promise<void> {
    const late = new AbortController();
    try {
      await inTime(
        ANSWER_TIMEOUT,
        this.#answer(late.signal),
        `no answer within ${ANSWER_TIMEOUT / 1000} s`,
        () => late.abort(),
      );
      await this.#open();
      this.#isOpen = true;
    } catch (error) {
      const fault = unavailable(error);
      this.#failed = { at: performance.now(), error: fault };
      throw fault;
    } finally {
      this.#running = undefined;
    }
  }
}

/** Whether a server did not answer. One that refuses the password or the schema does, and is to be corrected. */
function isUnanswered(error: unknown): boolean {
  const cause = error instanceof HitError ? error.cause : error;
  if (error instanceof HitError && error.code !== 'store_unavailable') return false;
  // Errors of a server have its name for them.
  return (
    cause instanceof Error &&
    (cause as { type?: string }).type === undefined &&
    !/DB::Exception/.test(cause.message)
  );
}
