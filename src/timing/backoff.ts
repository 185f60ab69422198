/** Delays between attempts, in milliseconds. */
export interface Delays {
  readonly first: number;
  readonly longest: number;
}

/** Doublings after which every delay has reached its maximum: larger powers would only overflow. */
const MOST_DOUBLINGS = 40;

/**
 * The delay after a number of consecutive failures, in milliseconds: doubled each time. For clients that count their
 * attempts themselves; `Backoff` counts them.
 *
 * @param failures 1 or more
 */
export function backoffDelay(failures: number, { first, longest }: Delays): number {
  return Math.min(longest, first * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
}

/**
 * Exponential backoff: how long to wait before the next attempt.
 *
 * @example
 * const backoff = new Backoff({ first: 100, longest: 30_000 });
 * backoff.next(); // 100
 * backoff.next(); // 200
 * backoff.reset();
 * backoff.next(); // 100
 */
export class Backoff {
  readonly #delays: Delays;
  readonly #random: (() => number) | undefined;
  #failures = 0;

  /**
   * @param random from 0 to 1, exclusive: each delay is randomly reduced by up to half, so that callers that failed
   *   together do not retry together. Default: delays are not reduced
   */
  constructor(delays: Delays, random?: () => number) {
    this.#delays = delays;
    this.#random = random;
  }

  /**
   * The delay after one more failure, in milliseconds.
   *
   * @param most a lower maximum for this failure alone; at it, delays do not grow either
   */
  next(most = this.#delays.longest): number {
    this.#failures++;
    let delay = backoffDelay(this.#failures, this.#delays);
    if (delay > most) {
      delay = most;
      this.#failures--;
    }
    return this.#random ? delay * (1 - this.#random() / 2) : delay;
  }

  /** After a success, the next delay is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}
