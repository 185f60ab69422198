import { HitError } from '../errors.ts';
import { owned } from './memo.ts';

/** Maximum clients in each of the two generations. */
const GENERATION = 50_000;
/** A client that was idle may send this many seconds' worth of hits at once. */
const BURST_SECONDS = 2;

const PER = { s: 1, m: 60, h: 3600 } as const;

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filled: number;
}

/**
 * A token bucket per client, in fixed memory: two generations of at most 50,000 clients. A client that was not seen for
 * a whole generation starts again with a full bucket.
 *
 * @example
 * const limit = RateLimit.parse('100/s');
 * limit.take('192.0.2.1', Date.now()); // 0: go ahead, else seconds to wait
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  #young = new Map<string, Bucket>();
  #old = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond * BURST_SECONDS);
  }

  /** Reads `100/s`, `600/m`, `10000/h`; `off` is no limit. */
  static parse(text: string): RateLimit {
    if (text === 'off') return new RateLimit(Number.POSITIVE_INFINITY);
    const match = /^(\d{1,9})\/([smh])$/.exec(text);
    const count = Number(match?.[1]);
    if (!match || count === 0) {
      throw new HitError('bad_setting', `--rate-limit: "${text}" is not like 100/s, 600/m, 10000/h or off`);
    }
    return new RateLimit(count / PER[match[2] as keyof typeof PER]);
  }

  /** Takes one token of this client. Returns 0, or the whole seconds until the next token. */
  take(client: string, now: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    const bucket = this.#bucketOf(client, now);
    const elapsed = Math.max(0, now - bucket.filled) / 1000;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsed * this.#perSecond);
    bucket.filled = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#perSecond));
  }

  #bucketOf(client: string, now: number): Bucket {
    let bucket = this.#young.get(client);
    if (bucket) return bucket;
    bucket = this.#old.get(client) ?? { tokens: this.#burst, filled: now };
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    // A client's name may be a slice of a long header.
    this.#young.set(owned(client), bucket);
    return bucket;
  }
}
