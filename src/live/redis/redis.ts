/**
 * Live state in Redis, shared by all nodes that use it: a visitor who comes to two nodes counts once.
 *
 * This process holds none of it. Redis holds counters and HyperLogLogs; all-time visitors are in a Bloom filter if the
 * server supports it (Redis 8, or the module), else in a HyperLogLog. Windows consist of buckets that expire by
 * themselves, so the memory of a site is bounded: see `buckets.ts`.
 */

import { randomBytes } from 'node:crypto';
import { RecentMap } from '../../cache/recent-map.ts';
import { HitError, messageOf } from '../../errors.ts';
import type { RedisAddress } from '../../settings/redis-address.ts';
import { inTime } from '../../timing/time-limit.ts';
import type {
  CountedHit,
  LiveCount,
  LiveRemote,
  Seen,
  SharedLive,
  SiteRemoval,
  WindowCount,
} from '../live.ts';
import { hitShares, visitorBuckets } from './buckets.ts';
import { Delivery } from './delivery.ts';
import { ALL, SiteKeys } from './keys.ts';
import { RedisLink } from './link.ts';
import { removeKeys } from './removal.ts';

/** Relative standard error of Redis' HyperLogLog: 1.04/√16384. */
const LOG_ERROR = 0.0081;
/** Read timeout in milliseconds. */
const READ_MS = 3000;
/** The same for a ping. */
const PING_MS = 1500;
/** Maximum number of cached answers, used while Redis does not answer. */
const MOST_KEPT = 1000;
/** Milliseconds for which waiting hits are delivered when it closes. */
const CLOSE_MS = 1000;
const ALL_TIME = { bloom: 'a Bloom filter', log: 'HyperLogLog (error 0.81 %)' } as const;

export interface RedisLiveOptions {
  readonly address: RedisAddress;
  /** Whether windows are kept. */
  readonly rate: boolean;
  readonly expectedVisitors: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export class RedisLive implements SharedLive, SiteRemoval, AsyncDisposable {
  readonly #options: RedisLiveOptions;
  readonly #link: RedisLink;
  readonly #delivery: Delivery;
  readonly #answers = new RecentMap<string, LiveCount>(MOST_KEPT);

  constructor(options: RedisLiveOptions) {
    const { address, rate, expectedVisitors, now, log } = options;
    this.#options = options;
    // Errors are reported by the pending command.
    this.#link = new RedisLink(address, () => undefined);
    this.#delivery = new Delivery({
      ...{ link: this.#link, node: randomBytes(8).toString('hex'), rate, expectedVisitors, now },
      onFault: (message) => log.warn(`live: ${message}`),
      onRecovery: (message) => log.info(`live: ${message}`),
    });
  }

  get remote(): LiveRemote {
    const { waiting, lost, calls } = this.#delivery;
    return { place: this.#place, waiting, lost, calls };
  }

  get #place(): string {
    const { name } = this.#options.address;
    const { allTime, failingSince } = this.#delivery;
    if (failingSince !== undefined) return `${name}, which is gone`;
    return allTime === undefined ? name : `${name}, all-time visitors by ${ALL_TIME[allTime]}`;
  }

  track(hit: CountedHit): Seen | Promise<Seen> {
    return this.#delivery.track(hit);
  }

  /** @throws HitError `live_unavailable` if Redis is unreachable and no answer to the same query is cached */
  async read(site: string | undefined, windows: readonly number[]): Promise<LiveCount> {
    const cacheKey = `${windows.join()} ${site ?? ALL}`;
    const { failingSince } = this.#delivery;
    try {
      const count = await this.#ask(new SiteKeys(site ?? ALL), windows);
      this.#answers.set(cacheKey, count);
      return failingSince === undefined ? count : { ...count, staleSince: failingSince };
    } catch (error) {
      const kept = this.#answers.get(cacheKey);
      if (!kept) {
        throw new HitError('live_unavailable', `Redis does not answer: ${messageOf(error)}`, {
          cause: error,
          retryAfter: 5,
        });
      }
      return { ...kept, staleSince: failingSince ?? this.#options.now() };
    }
  }

  /**
   * Removes the counts of a site. Its hits are taken out of those of all sites together; its visitors cannot be, and leave them as
   * their windows pass.
   *
   * @throws HitError `live_unavailable`
   */
  async removeSite(site: string): Promise<void> {
    try {
      await removeKeys((key, command) => this.#link.send(key, command), site, this.#options.now());
    } catch (error) {
      const message = `Redis does not answer: ${messageOf(error)}`;
      throw new HitError('live_unavailable', message, { cause: error, retryAfter: 5 });
    }
    this.#answers.clear();
  }

  /** Asks for a key, since a server may answer PING and refuse everything else. */
  async ping(): Promise<void> {
    // The connection to a hung server does not break by itself.
    const answer = this.#send('HMGET', new SiteKeys(ALL).totals, 'hits');
    await inTime(PING_MS, answer, 'no answer in time', () => this.#link.reopen());
  }

  /** Delivers waiting hits for a second, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#delivery.drained(CLOSE_MS);
    const { waiting } = this.#delivery;
    if (waiting > 0) this.#options.log.warn(`live: ${waiting} hits have not reached Redis`);
    this.#delivery.close();
    this.#link.close();
  }

  async #ask(names: SiteKeys, windows: readonly number[]): Promise<LiveCount> {
    const now = this.#options.now();
    const answers = Promise.all([
      this.#totals(names),
      ...(this.#options.rate ? windows.map((seconds) => this.#window(names, seconds, now)) : []),
    ] as const);
    const [total, ...counts] = await inTime(READ_MS, answers, 'no answer in time');
    return { total, windows: counts };
  }

  async #totals(names: SiteKeys): Promise<LiveCount['total']> {
    const [counts, logged] = await Promise.all([
      this.#send('HMGET', names.totals, 'hits', 'visitors'),
      this.#send('PFCOUNT', names.visitors('log')),
    ]);
    const [hits, filtered] = counts as (string | null)[];
    // A server that gained Bloom filters later has both, and the filters are less complete.
    return { hits: Number(hits ?? 0), visitors: Math.max(Number(filtered ?? 0), Number(logged)) };
  }

  async #window(names: SiteKeys, seconds: number, now: number): Promise<WindowCount> {
    const keys = visitorBuckets(seconds, now).map((bucket) => names.visitorsOf(bucket));
    const [hits, visitors] = await Promise.all([
      this.#hits(names, seconds, now),
      this.#send('PFCOUNT', keys[0]!, ...keys.slice(1)),
    ]);
    return { seconds, hits, visitors: Number(visitors), hitsPerSecond: hits / seconds, error: LOG_ERROR };
  }

  async #hits(names: SiteKeys, seconds: number, now: number): Promise<number> {
    const shares = hitShares(seconds, now).map((bucket) => ({
      ...names.hitsOf(bucket),
      share: bucket.share,
    }));
    const hashes = [...Map.groupBy(shares, ({ key }) => key)];
    const sums = hashes.map(async ([key, fields]) => {
      const hits = await this.#send('HMGET', key, ...fields.map(({ field }) => field));
      return fields.reduce((sum, { share }, i) => sum + share * Number((hits as unknown[])[i] ?? 0), 0);
    });
    return Math.round((await Promise.all(sums)).reduce((sum, hits) => sum + hits, 0));
  }

  #send(command: string, key: string, ...rest: readonly string[]): Promise<unknown> {
    return this.#link.send(key, [command, key, ...rest]);
  }
}
