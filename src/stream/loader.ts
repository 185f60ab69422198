import { Consumer, ListOffsetTimestamps, type MessagesStream } from '@platformatic/kafka';
import { HitError, messageOf } from '../errors.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import type { Store } from '../store/store.ts';
import type { StoreDurations } from '../store/store-durations.ts';
import { aborted } from '../timing/aborted.ts';
import { Backoff } from '../timing/backoff.ts';
import { pause } from '../timing/pause.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import { clientOptions } from './kafka.ts';
import { type LoaderCounts, PartitionLoader, readPosition } from './partition-loader.ts';
import { reconnecting } from './reconnection.ts';

/** Milliseconds that a hit may wait to be stored together with others. */
const FLUSH_EVERY = 1000;
/** Milliseconds between attempts. */
const DELAYS = { first: 200, longest: 15_000 };
/** Milliseconds between checks of the lag in Kafka. */
const LAG_EVERY = 5000;
/** Milliseconds without a heartbeat after which a reader loses its partitions. */
const SESSION_TIMEOUT = 10_000;
const REBALANCE_TIMEOUT = 60_000;
/** Messages that the client prefetches. */
const PREFETCH = 4096;

export interface StreamLoaderOptions {
  readonly address: KafkaAddress;
  /** Readers of one group share the partitions. */
  readonly group: string;
  readonly store: Store;
  readonly folder: string;
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void };
}

type HitConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;
type HitStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;
type Loaders = ReadonlyMap<number, PartitionLoader>;

/**
 * Loads the hits of a Kafka topic into the store, each exactly once: see `batch-reassembler.ts`. Several loaders, on one
 * machine or many, share the topic's partitions. Kafka assigns the partitions and may reassign them at any time; then all
 * loaders start again from the positions in the store.
 *
 * @example
 * await using loader = new StreamLoader({ address, group: 'hit-tracker', store, folder, log });
 * await loader.run(signal);
 */
export class StreamLoader {
  readonly #options: StreamLoaderOptions;
  readonly #counts: LoaderCounts = { hits: 0, batches: 0, again: 0, deadLetters: 0, missing: 0 };
  #loaders: Loaders = new Map();
  /** Partition → its end in Kafka. */
  #ends: readonly bigint[] = [];
  /** Pending store operations. */
  readonly #queue = new SerialQueue();

  constructor(options: StreamLoaderOptions) {
    this.#options = options;
  }

  /** Durations of the store's inserts and queries. */
  get storeDurations(): StoreDurations {
    return this.#options.store.durations;
  }

  get counts(): Readonly<LoaderCounts> {
    return this.#counts;
  }

  /** Whether any partitions are assigned to this loader. */
  get isReading(): boolean {
    return this.#loaders.size > 0;
  }

  /** Assigned partitions, and the number of their records that are not in the store yet. */
  get lags(): ReadonlyMap<number, number> {
    const lagOf = (partition: number, at: bigint) => Math.max(0, Number((this.#ends[partition] ?? at) - at));
    return new Map(
      Array.from(this.#loaders, ([partition, { offset }]) => [partition, lagOf(partition, offset)]),
    );
  }

  /** Loads until it is stopped, then stores complete batches. Errors are logged and retried. */
  run(signal: AbortSignal): Promise<void> {
    const { address, log } = this.#options;
    const onFault = (message: string, delay: number) =>
      log.warn(`${address.name} will be rejoined in ${delay} ms: ${message}`);
    return reconnecting({ delays: DELAYS, signal, onFault }, () => this.#join(signal));
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { address, group } = this.#options;
    const consumer: HitConsumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
      ...clientOptions(address),
      groupId: group,
      autocommit: false,
      sessionTimeout: SESSION_TIMEOUT,
      rebalanceTimeout: REBALANCE_TIMEOUT,
      maxWaitTime: FLUSH_EVERY / 2,
      highWaterMark: PREFETCH,
    });
    consumer.on('error', () => undefined);
    try {
      // The consumer stays in the group for the topic for its lifetime, whichever streams come and go.
      consumer.topics.track(address.topic);
      await consumer.joinGroup();
      while (!signal.aborted) await this.#generation(consumer, signal);
    } finally {
      await consumer.close(true).catch(() => undefined);
    }
  }

  /** Reads until the partitions are reassigned. */
  async #generation(consumer: HitConsumer, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = () => over.abort();
    consumer.once('consumer:group:join', end);
    signal.addEventListener('abort', end);
    try {
      const { topic } = this.#options.address;
      const { partitions = [] } = consumer.assignments?.find((each) => each.topic === topic) ?? {};
      this.#loaders = await this.#open(consumer, partitions);
      if (partitions.length === 0) await aborted(over.signal);
      else if (!over.signal.aborted) await this.#read(consumer, over.signal);
    } finally {
      consumer.off('consumer:group:join', end);
      signal.removeEventListener('abort', end);
      for (const loader of this.#loaders.values()) loader.close();
      this.#loaders = new Map();
    }
  }

  async #open(consumer: HitConsumer, partitions: readonly number[]): Promise<Loaders> {
    const { address, store, folder, log } = this.#options;
    const { topic } = address;
    if (partitions.length === 0) return new Map();
    const metadata = await consumer.metadata({ topics: [topic] });
    const topicId = metadata.topics.get(topic)!.id;
    const earliest = await this.#listOffsets(consumer, ListOffsetTimestamps.EARLIEST);
    this.#ends = await this.#listOffsets(consumer, ListOffsetTimestamps.LATEST);
    const loaders = new Map<number, PartitionLoader>();
    for (const partition of partitions) {
      const position = await readPosition(store, topicId, partition);
      const first = earliest[partition] ?? 0n;
      const where = `${topic}, partition ${partition}`;
      if (position.end > (this.#ends[partition] ?? 0n)) {
        throw new HitError('stream_unavailable', `${where} has lost records: ${position.end} had been read`);
      }
      if (position.end > 0n && position.offset < first) {
        const gone = first - position.offset;
        log.error(
          `${where}: ${gone} records were removed before they were read (see the topic's retention.ms)`,
        );
      }
      const options = { store, folder, topic, topicId, partition, log };
      loaders.set(partition, new PartitionLoader(options, position, this.#counts));
    }
    log.info(`${topic}: reading partitions ${partitions.join(', ')}`);
    return loaders;
  }

  async #read(consumer: HitConsumer, over: AbortSignal): Promise<void> {
    const { topic } = this.#options.address;
    const offsets = Array.from(this.#loaders, ([partition, { end }]) => ({ topic, partition, offset: end }));
    const stream = await consumer.consume({
      ...{ topics: [topic], mode: 'manual', fallbackMode: 'earliest', offsets, autocommit: false },
    });
    const end = () => stream.destroy();
    over.addEventListener('abort', end);
    const flushing = this.#flushAll(consumer, over);
    const watching = this.#monitorLag(consumer, over);
    try {
      if (!over.aborted) await this.#take(stream, over);
    } finally {
      over.removeEventListener('abort', end);
      stream.destroy();
      await flushing.end();
      await watching.end();
    }
  }

  async #take(stream: HitStream, over: AbortSignal): Promise<void> {
    try {
      for await (const message of stream) {
        const loader = this.#loaders.get(message.partition);
        loader?.take(message);
        while (loader?.isFull && !over.aborted) await this.#store(loader, over);
      }
    } catch (error) {
      if (!over.aborted) throw error;
    }
  }

  /** Stores complete batches every second, and at the end. */
  #flushAll(consumer: HitConsumer, over: AbortSignal): { end(): Promise<void> } {
    return every(FLUSH_EVERY, over, async () => {
      let isStored = false;
      for (const loader of this.#loaders.values()) isStored = (await this.#store(loader, over)) || isStored;
      if (isStored) await this.#commit(consumer);
    });
  }

  #monitorLag(consumer: HitConsumer, over: AbortSignal): { end(): Promise<void> } {
    return every(LAG_EVERY, over, async () => {
      const ends = await this.#listOffsets(consumer, ListOffsetTimestamps.LATEST).catch(() => undefined);
      if (ends) this.#ends = ends;
    });
  }

  /** Retries until the batches are stored, or until the partition may belong to another reader. */
  async #store(loader: PartitionLoader, over: AbortSignal): Promise<boolean> {
    const backoff = new Backoff(DELAYS);
    for (;;) {
      try {
        return await this.#queue.run(() => loader.flush());
      } catch (error) {
        if (over.aborted) return false;
        const delay = backoff.next();
        this.#options.log.warn(`the store will be retried in ${delay} ms: ${messageOf(error)}`);
        await pause(delay, over);
      }
    }
  }

  /** Commits offsets only for group monitoring tools: reading starts at the position in the store. */
  async #commit(consumer: HitConsumer): Promise<void> {
    if (!consumer.isActive()) return;
    const { topic } = this.#options.address;
    const offsets = Array.from(this.#loaders, ([partition, { offset }]) => {
      return { topic, partition, offset, leaderEpoch: -1 };
    });
    await consumer.commit({ offsets }).catch(() => undefined);
  }

  async #listOffsets(consumer: HitConsumer, timestamp: bigint): Promise<readonly bigint[]> {
    const { topic } = this.#options.address;
    return (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
  }
}

/** Runs `work` repeatedly until `over`, and once more at the end. */
function every(milliseconds: number, over: AbortSignal, work: () => Promise<void>): { end(): Promise<void> } {
  const stop = new AbortController();
  const signal = AbortSignal.any([over, stop.signal]);
  const done = (async () => {
    while (!signal.aborted) {
      await pause(milliseconds, signal);
      await work();
    }
  })();
  return {
    end: async () => {
      stop.abort();
      await done;
    },
  };
}
