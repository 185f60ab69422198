/**
 * Delivers hits to Redis in batches, each exactly once, even across failures.
 *
 * Hits that arrive while a batch is in flight form the next batch, so a busy server sends few large batches and a quiet one
 * answers at once. A batch is one script call per site and one for all sites together, written together: one round trip,
 * however many hits. The script counts a batch atomically with its sequence number and skips a batch that it has already
 * counted, so a batch without a reply can be sent again. A batch is small enough for one call per site, so a site never has
 * a second call in flight whose number could hide the loss of the first.
 *
 * A killed Redis may come back without its last second, and a replica may take over without writes that did not reach it.
 * The batches of the last seconds are kept, and after every failure all of them are sent again, in order.
 *
 * While Redis is unreachable, or slower than half a second, hits wait here in bounded memory and are answered with the last known
 * counts.
 */

import { RecentMap } from '../../cache/recent-map.ts';
import { messageOf } from '../../errors.ts';
import { Backoff } from '../../timing/backoff.ts';
import { pause } from '../../timing/pause.ts';
import { waitUpTo, inTime as withTimeout } from '../../timing/time-limit.ts';
import type { CountedHit, Seen } from '../live.ts';
import { type AllTime, type CountCall, type CountScope, countCall, parseReply } from './count-batch.ts';
import { ALL } from './keys.ts';
import type { RedisLink } from './link.ts';
import { countScript } from './script.ts';

/** Maximum hits per batch: the script must not run much longer. */
const BATCH_HITS = 1000;
/** Timeout in milliseconds after which an unanswered batch is sent again. */
const REPLY_TIMEOUT = 5000;
/** Milliseconds after which the hits of an unanswered batch, and those behind it, are answered with the last known counts. */
const HIT_TIMEOUT = 500;
/** Milliseconds for which a batch is kept: longer than the writes that Redis may lose (appendfsync everysec). */
const RECENT_MS = 5000;
/** Milliseconds between attempts. */
const DELAYS = { first: 50, longest: 1000 };
/** Maximum waiting hits, at about 100 bytes each. */
const MOST_WAITING = 2_000_000;
/** Maximum sites whose last counts are kept, for answers while Redis is unreachable. */
const MAX_REMEMBERED = 10_000;

interface Waiting {
  readonly hit: CountedHit;
  /** Undefined once the hit was answered. */
  settle: ((seen: Seen) => void) | undefined;
}

interface Batch {
  readonly calls: readonly CountCall[];
  /** The waiting hits of each call, in order. */
  readonly waiting: readonly (readonly Waiting[])[];
  readonly made: number;
}

export interface DeliveryOptions extends Omit<CountScope, 'allTime'> {
  readonly link: RedisLink;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onFault: (message: string) => void;
  readonly onRecovery: (message: string) => void;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #stop = new AbortController();
  readonly #known = new RecentMap<string, { hits: number; visitors: number }>(MAX_REMEMBERED);
  #queue: Waiting[] = [];
  /** Start of the queue: taken hits are removed from time to time. */
  #head = 0;
  #recent: Batch[] = [];
  #sequence = 0;
  #allTime: AllTime | undefined;
  #loop: Promise<void> | undefined;
  #failingSince: number | undefined;
  /** Whether Redis takes longer than hits wait. */
  #isSlow = false;
  #mustRepeat = false;
  #lost = 0;
  #calls = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** When Redis became unreachable, in milliseconds since 1970; undefined while it is reachable. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Hits that Redis does not have yet. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Hits that were never counted because too many were waiting. */
  get lost(): number {
    return this.#lost;
  }

  /** Number of script calls. */
  get calls(): number {
    return this.#calls;
  }

  /** How all-time visitors are counted; undefined until Redis was asked. */
  get allTime(): AllTime | undefined {
    return this.#allTime;
  }

  /** Resolves when the hit is counted, or at once while Redis is unreachable. Never rejects. */
  track(hit: CountedHit): Seen | Promise<Seen> {
    if (this.waiting >= MOST_WAITING || this.#stop.signal.aborted) {
      this.#lost++;
      return this.#guess(hit.site);
    }
    const time = Math.min(hit.time, this.#options.now());
    const waiting: Waiting = { hit: { ...hit, time }, settle: undefined };
    this.#queue.push(waiting);
    if (this.#failingSince !== undefined || this.#isSlow) return this.#guess(hit.site);
    const seen = new Promise<Seen>((resolve) => {
      waiting.settle = resolve;
    });
    this.#loop ??= this.#run();
    return seen;
  }

  /** Resolves when all tracked hits are delivered, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    await waitUpTo(timeout, this.#loop ?? Promise.resolve());
  }

  close(): void {
    this.#stop.abort();
    this.#answerAll();
  }

  async #run(): Promise<void> {
    // Batches the hits of this turn.
    await Promise.resolve();
    while (this.waiting > 0 && !this.#stop.signal.aborted) await this.#deliver(this.#take());
    this.#loop = undefined;
  }

  #take(): readonly Waiting[] {
    const taken = this.#queue.slice(this.#head, this.#head + BATCH_HITS);
    this.#head += taken.length;
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return taken.sort((a, b) => a.hit.time - b.hit.time);
  }

  async #deliver(taken: readonly Waiting[]): Promise<void> {
    let batch: Batch | undefined;
    const backoff = new Backoff(DELAYS);
    using late = new DisposableStack();
    const timer = late.adopt(
      setTimeout(() => this.#stopWaiting(taken), HIT_TIMEOUT),
      clearTimeout,
    );
    timer.unref();
    while (!this.#stop.signal.aborted) {
      try {
        this.#allTime ??= await this.#detect();
        batch ??= this.#batchOf(taken, this.#allTime);
        if (this.#mustRepeat) await this.#repeat();
        const replies = await this.#send(batch);
        this.#recovered();
        this.#acknowledge(batch, replies);
        this.#remember(batch);
        return;
      } catch (error) {
        this.#failed(error, taken);
        await pause(backoff.next(), this.#stop.signal);
      }
    }
  }

  #batchOf(taken: readonly Waiting[], allTime: AllTime): Batch {
    const { node, expectedVisitors, rate, now } = this.#options;
    const groups = Map.groupBy(taken, ({ hit }) => hit.site);
    const made = now();
    const sequence = ++this.#sequence;
    const entries: [string, readonly Waiting[]][] = [[ALL, taken], ...groups];
    const scope = { node, expectedVisitors, rate, allTime };
    const hitsOf = (waiting: readonly Waiting[]) => waiting.map(({ hit }) => hit);
    return {
      calls: entries.map(([tag, waiting]) => countCall(tag, hitsOf(waiting), sequence, made, scope)),
      // No hit waits for the counts of all sites together.
      waiting: entries.map(([tag, waiting]) => (tag === ALL ? [] : waiting)),
      made,
    };
  }

  /** @throws if any call fails, after all have ended */
  async #send({ calls }: Batch): Promise<unknown[]> {
    const { link } = this.#options;
    this.#calls += calls.length;
    const answers = Promise.allSettled(calls.map(({ keys, args }) => countScript.call(link, keys, args)));
    const results = await answered(link, answers);
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  async #repeat(): Promise<void> {
    for (const batch of this.#recent) await this.#send(batch);
    this.#mustRepeat = false;
  }

  #remember(batch: Batch): void {
    this.#recent.push(batch);
    const oldest = this.#options.now() - RECENT_MS;
    const young = this.#recent.findIndex(({ made }) => made >= oldest);
    if (young > 0) this.#recent = this.#recent.slice(young);
  }

  #acknowledge({ calls, waiting }: Batch, replies: readonly unknown[]): void {
    for (const [i, hits] of waiting.entries()) {
      if (hits.length === 0) continue;
      const seen = parseReply(replies[i]);
      const { total, unique } = seen.at(-1)!;
      this.#known.set(calls[i]!.tag, { hits: total, visitors: unique });
      for (const [place, each] of hits.entries()) each.settle?.(seen[place]!);
    }
  }

  /** Detects whether the server supports Bloom filters. */
  async #detect(): Promise<AllTime> {
    const { link } = this.#options;
    const command = link.send(ALL, ['COMMAND', 'INFO', 'BF.INSERT']);
    const [known] = (await answered(link, command)) as unknown[];
    return Array.isArray(known) && known.length > 0 ? 'bloom' : 'log';
  }

  #failed(error: unknown, taken: readonly Waiting[]): void {
    this.#mustRepeat = true;
    if (this.#failingSince === undefined) {
      this.#failingSince = this.#options.now();
      this.#options.onFault(`Redis is unreachable, and hits wait for it: ${messageOf(error)}`);
    }
    for (const each of taken) this.#answer(each);
    this.#answerAll();
  }

  #recovered(): void {
    this.#isSlow = false;
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    const lost = this.#lost > 0 ? `, and ${this.#lost} that did not fit were dropped` : '';
    this.#options.onRecovery(`Redis is back: ${this.waiting} waiting hits are counted${lost}`);
  }

  /** Answers the hits that wait for Redis, which will still count them. */
  #stopWaiting(taken: readonly Waiting[]): void {
    this.#isSlow = true;
    for (const each of taken) this.#answer(each);
    this.#answerAll();
  }

  #answerAll(): void {
    for (let i = this.#head; i < this.#queue.length; i++) this.#answer(this.#queue[i]!);
  }

  #answer(waiting: Waiting): void {
    waiting.settle?.(this.#guess(waiting.hit.site));
    waiting.settle = undefined;
  }

  /** The site's last known counts, plus the hits since then. */
  #guess(site: string): Seen {
    const known = this.#known.get(site) ?? { hits: 0, visitors: 0 };
    known.hits++;
    this.#known.set(site, known);
    return { isNew: false, unique: known.visitors, total: known.hits };
  }
}

/** A server that accepts commands but does not answer counts as unreachable. */
function answered<Result>(link: RedisLink, answer: Promise<Result>): Promise<Result> {
  return withTimeout(REPLY_TIMEOUT, answer, `no answer for ${REPLY_TIMEOUT / 1000} seconds`, () =>
    link.reopen(),
  );
}
