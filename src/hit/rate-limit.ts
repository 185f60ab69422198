import { Memo } from '../cache/memo.ts';
import { HitError } from '../errors.ts';

/** Maximum clients; half of them are of the current generation: see `Memo`. */
const MOST_CLIENTS = 100_000;
/** A client that was idle may send this many seconds' worth of hits at once. */
const BURST_SECONDS = 2;

const PER = { s: 1, m: 60, h: 3600 } as const;

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filled: number;
}

/**
 * A token bucket per client, in fixed memory: at most 100,000 clients. A client that was not seen for a whole generation
 * of 50,000 others starts again with a full bucket.
 *
 * @example
 * const limit = RateLimit.parse('100/s');
 * limit.tryConsume('192.0.2.1', Date.now()); // 0: go ahead, else seconds to wait
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets: Memo<Bucket>;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond * BURST_SECONDS);
    const bounds = { most: MOST_CLIENTS, longest: Number.POSITIVE_INFINITY };
    this.#buckets = new Memo(bounds, () => ({ tokens: this.#burst, filled: 0 }));
  }

  /** Reads `100/s`, `600/m`, `10000/h`; `off` is no limit. */
  static parse(text: string): RateLimit {
    if (text === 'off') return new RateLimit(Number.POSITIVE_INFINITY);
    const match = /^(\d{1,9})\/([smh])$/.exec(text);
    const count = Number(match?.[1]);
    if (!match || count === 0) {
      throw new HitError(
        'bad_setting',
        `--rate-limit: "${text}" is not a rate such as 100/s, 600/m, 10000/h or off`,
      );
    }
    return new RateLimit(count / PER[match[2] as keyof typeof PER]);
  }

  /** Takes one token of this client. Returns 0, or the whole seconds until the next token. */
  tryConsume(client: string, now: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    const bucket = this.#buckets.of(client);
    const elapsed = Math.max(0, now - bucket.filled) / 1000;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsed * this.#perSecond);
    bucket.filled = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#perSecond));
  }
}
