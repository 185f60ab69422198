/**
 * Whether a ClickHouse server still answers while reads wait for it. A query may take long, and a server that hangs says nothing
 * either: so it is asked something else meanwhile. Reads end once it does not answer that, and later ones fail at once until it does.
 */
import { HitError } from '../errors.ts';
import { pause } from '../timing/pause.ts';

/** Milliseconds after which a waiting read asks, and between two questions. */
const ASK_EVERY = 2000;
/** Milliseconds within which a server must answer. */
const ANSWER_TIMEOUT = 5000;

export class ServerWatch {
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  readonly #closing = new AbortController();
  /** Ends the reads that are waiting now. */
  #reads = new AbortController();
  #waiting = 0;
  #running: Promise<void> | undefined;
  #isDown = false;

  /** @param ask resolves if the server answers, and rejects if it cannot be reached; ends by the signal */
  constructor(ask: (signal: AbortSignal) => Promise<unknown>) {
    this.#ask = ask;
  }

  /**
   * Runs a read while the server answers.
   *
   * @param read gets a signal that ends its request
   * @throws HitError `store_unavailable` within seconds, if the server hangs; what the read rejects with
   */
  async during<Result>(read: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#isDown) throw unanswered();
    const { signal } = this.#reads;
    const { promise, reject } = Promise.withResolvers<never>();
    const end = () => reject(unanswered());
    signal.addEventListener('abort', end, { once: true });
    this.#waiting++;
    this.#running ??= this.#watch();
    try {
      return await Promise.race([read(signal), promise]);
    } finally {
      this.#waiting--;
      signal.removeEventListener('abort', end);
    }
  }

  close(): void {
    this.#closing.abort();
  }

  /** Asks while reads wait, or the server does not answer. */
  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    const next = () => pause(ASK_EVERY, signal, { ref: false });
    for (await next(); !signal.aborted && (this.#waiting > 0 || this.#isDown); await next()) {
      this.#isDown = !(await this.#answers());
      if (!this.#isDown) continue;
      this.#reads.abort();
      this.#reads = new AbortController();
    }
    this.#running = undefined;
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#ask(AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_TIMEOUT)]));
      return true;
    } catch (error) {
      // A refusal is an answer. Errors of a server have its name for them.
      return (error as { type?: string }).type !== undefined;
    }
  }
}

function unanswered(): HitError {
  return new HitError('store_unavailable', 'the store does not answer', { retryAfter: 5 });
}
