/**
 * Brings hits to Redis: in batches, each exactly once, also over faults.
 *
 * What comes while a batch is under way is the next batch, so a busy server sends few large ones and a quiet one answers
 * at once. A batch is one call of a script for each of its sites and one for all sites together, written at once: one
 * round trip, however many hits. The script counts a batch as a whole, with its number, and leaves out one that it has
 * counted: so what was not answered is sent again. A batch is as small as one call takes, so that of one site there is
 * never a second call on its way whose number could hide that a first one was lost.
 *
 * A Redis that was killed may come back without its last second, and a replica that takes over without what did not reach
 * it. Batches of the last seconds are kept, and after every fault all of them are sent again, in their order.
 *
 * While Redis is gone, hits wait here, in bounded memory, and are answered with what is known.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { CountedHit, Seen } from '../live.ts';
import { type AllTime, type CountCall, type CountScope, countCall, seenOf } from './count-batch.ts';
import { ALL } from './keys.ts';
import type { RedisLink } from './link.ts';
import { countScript } from './script.ts';

/** Hits of a batch: a script may not take many times longer. */
const BATCH_HITS = 1000;
/** Milliseconds within which a batch is answered, or is sent again. */
const PATIENCE_MS = 5000;
/** Milliseconds for which a batch is kept: longer than Redis may forget (appendfsync everysec). */
const RECENT_MS = 5000;
const PAUSE_MS = { first: 50, longest: 1000 };
/** Hits that wait, at about 100 bytes each. */
const MOST_WAITING = 2_000_000;
/** Sites of which it is known what they had, for answers while Redis is gone. */
const MOST_KNOWN = 10_000;

interface Waiting {
  readonly hit: CountedHit;
  /** Undefined where the answer was given. */
  settle: ((seen: Seen) => void) | undefined;
}

interface Batch {
  readonly calls: readonly CountCall[];
  /** By call: whose hits they are, in their order. */
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
  readonly #known = new Map<string, { hits: number; visitors: number }>();
  #queue: Waiting[] = [];
  /** Where the queue begins: what was taken is cut off now and then. */
  #head = 0;
  #recent: Batch[] = [];
  #sequence = 0;
  #allTime: AllTime | undefined;
  #working: Promise<void> | undefined;
  #failingSince: number | undefined;
  #mustRepeat = false;
  #lost = 0;
  #calls = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Since when Redis is gone, in milliseconds since 1970; undefined while it is there. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Hits that Redis does not have yet. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Hits that were counted nowhere, as too many waited. */
  get lost(): number {
    return this.#lost;
  }

  /** Scripts that were called. */
  get calls(): number {
    return this.#calls;
  }

  /** How all-time visitors are known; undefined until Redis was asked. */
  get allTime(): AllTime | undefined {
    return this.#allTime;
  }

  /** Resolves when the hit is counted, or while Redis is gone at once. It does not reject. */
  track(hit: CountedHit): Seen | Promise<Seen> {
    if (this.waiting >= MOST_WAITING || this.#stop.signal.aborted) {
      this.#lost++;
      return this.#guess(hit.site);
    }
    const time = Math.min(hit.time, this.#options.now());
    const waiting: Waiting = { hit: { ...hit, time }, settle: undefined };
    this.#queue.push(waiting);
    if (this.#failingSince !== undefined) return this.#guess(hit.site);
    const seen = new Promise<Seen>((resolve) => {
      waiting.settle = resolve;
    });
    this.#working ??= this.#work();
    return seen;
  }

  /** What all that was tracked has been delivered, or after so many milliseconds. */
  async settled(patience: number): Promise<void> {
    const end = new AbortController();
    const limit = sleep(patience, undefined, { signal: end.signal }).catch(() => undefined);
    await Promise.race([this.#working, limit]);
    end.abort();
  }

  close(): void {
    this.#stop.abort();
    this.#answerAll();
  }

  async #work(): Promise<void> {
    // Hits of this turn go together.
    await Promise.resolve();
    while (this.waiting > 0 && !this.#stop.signal.aborted) await this.#deliver(this.#take());
    this.#working = undefined;
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
    for (let failures = 0; !this.#stop.signal.aborted; failures++) {
      try {
        this.#allTime ??= await this.#detect();
        batch ??= this.#batchOf(taken, this.#allTime);
        if (this.#mustRepeat) await this.#repeat();
        const replies = await this.#send(batch);
        this.#recovered();
        this.#settle(batch, replies);
        this.#remember(batch);
        return;
      } catch (error) {
        this.#failed(error, taken);
        const pause = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** Math.min(failures, 10));
        await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
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
      // Nobody is told of all sites together.
      waiting: entries.map(([tag, waiting]) => (tag === ALL ? [] : waiting)),
      made,
    };
  }

  /** @throws when one of the calls fails, after all have ended */
  async #send({ calls }: Batch): Promise<unknown[]> {
    const { link } = this.#options;
    this.#calls += calls.length;
    const answers = Promise.allSettled(calls.map(({ keys, args }) => countScript.call(link, keys, args)));
    const results = await inTime(answers, link);
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

  #settle({ calls, waiting }: Batch, replies: readonly unknown[]): void {
    for (const [i, hits] of waiting.entries()) {
      if (hits.length === 0) continue;
      const seen = seenOf(replies[i]);
      const { total, unique } = seen.at(-1)!;
      this.#known.delete(calls[i]!.tag);
      this.#known.set(calls[i]!.tag, { hits: total, visitors: unique });
      for (const [place, each] of hits.entries()) each.settle?.(seen[place]!);
    }
    while (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }

  /** Whether visitors can be told apart by a Bloom filter there. */
  async #detect(): Promise<AllTime> {
    const { link } = this.#options;
    const command = link.send(ALL, ['COMMAND', 'INFO', 'BF.INSERT']);
    const [known] = (await inTime(command, link)) as unknown[];
    return Array.isArray(known) && known.length > 0 ? 'bloom' : 'log';
  }

  #failed(error: unknown, taken: readonly Waiting[]): void {
    this.#mustRepeat = true;
    if (this.#failingSince === undefined) {
      this.#failingSince = this.#options.now();
      this.#options.onFault(`Redis is gone, and hits wait for it: ${messageOf(error)}`);
    }
    for (const each of taken) this.#answer(each);
    this.#answerAll();
  }

  #recovered(): void {
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    const lost = this.#lost > 0 ? `, and ${this.#lost} that did not fit are not counted` : '';
    this.#options.onRecovery(`Redis is back: ${this.waiting} hits that waited are counted${lost}`);
  }

  #answerAll(): void {
    for (let i = this.#head; i < this.#queue.length; i++) this.#answer(this.#queue[i]!);
  }

  #answer(waiting: Waiting): void {
    waiting.settle?.(this.#guess(waiting.hit.site));
    waiting.settle = undefined;
  }

  /** What a site had when Redis was there, and what came since. */
  #guess(site: string): Seen {
    const known = this.#known.get(site) ?? { hits: 0, visitors: 0 };
    known.hits++;
    this.#known.set(site, known);
    return { isNew: false, unique: known.visitors, total: known.hits };
  }
}

/** A server that takes commands and does not answer is as good as gone. */
async function inTime<Result>(answer: Promise<Result>, link: RedisLink): Promise<Result> {
  const end = new AbortController();
  const limit = sleep(PATIENCE_MS, undefined, { signal: end.signal }).then(() => {
    link.reopen();
    throw new Error(`no answer for ${PATIENCE_MS / 1000} seconds`);
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([answer, limit]);
  } finally {
    answer.catch(() => undefined);
    end.abort();
  }
}
