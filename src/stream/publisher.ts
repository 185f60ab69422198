import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Admin, type MessageToProduce, Producer, stringSerializers } from '@platformatic/kafka';
import { HitError, messageOf } from '../errors.ts';
import { readRows } from '../rows/row-reader.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import { isWhole, type Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';
import { untilAborted } from '../timing/aborted.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { clientOptions, isTopicThere, streamFault } from './kafka.ts';
import { keyOf, partitionOf, writeRecord } from './record.ts';

/** Maximum characters of a partition's records per request: brokers accept a megabyte; most characters are one byte. */
const REQUEST_CHARACTERS = 300_000;
/** Partitions of a topic created here. More can be added while no node publishes. */
const PARTITIONS = 6;
/** Required acknowledgements: from every broker that has the topic. */
const ALL = -1;
/** Milliseconds for which closing a connection may take. */
const CLOSE_MS = 1000;

type HitMessage = MessageToProduce<string, string, string, string>;

/**
 * Publishes hits to a Kafka topic: in each partition, a spool segment becomes a batch of records (see `record.ts`),
 * acknowledged by all brokers that keep it. A segment that fails halfway is published again as a whole: readers skip the
 * hits that they already have.
 *
 * @example
 * await using publisher = new Publisher(kafkaAddress('kafka://localhost:9092/hits', '--stream'));
 * const spool = await Spool.open({ …, sinks: [publisher] });
 */
export class Publisher implements Sink {
  readonly name = 'Kafka';
  readonly #address: KafkaAddress;
  #producer: Producer<string, string, string, string> | undefined;
  #partitions = 0;
  #published = 0;
  readonly #closing = new AbortController();

  constructor(address: KafkaAddress) {
    this.#address = address;
  }

  /** Hits published since the start; a segment that is published again counts again. */
  get published(): number {
    return this.#published;
  }

  async deliver(segment: Segment): Promise<void> {
    if (segment.bytes === 0) return;
    const bytes = await readFile(segment.path).catch((error) => {
      throw unreadable(segment, error);
    });
    // The brokers do not know how many hits a batch has: an incomplete batch would pass for a complete one.
    if (!isWhole(segment, bytes)) throw unreadable(segment, 'its content has changed');
    try {
      // What closing leaves behind is published again: readers skip the hits that they already have.
      await untilAborted(this.#closing.signal, () => this.#publish(segment, bytes));
    } catch (error) {
      // A failed producer does not know what the brokers have: the next one starts a new sequence.
      await this.#disconnect();
      throw streamFault(error);
    }
  }

  /** Resolves if a broker answers. @throws HitError `stream_unavailable` */
  async ping(): Promise<void> {
    const admin = new Admin(clientOptions(this.#address));
    try {
      await admin.metadata({ topics: [] });
    } catch (error) {
      throw streamFault(error);
    } finally {
      await closed(admin.close());
    }
  }

  /** Ends a delivery in progress: its segment is published again by the next run. */
  async close(): Promise<void> {
    this.#closing.abort(new HitError('stream_unavailable', 'the server is closing'));
    await this.#disconnect();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #publish(segment: Segment, bytes: Buffer): Promise<void> {
    this.#producer ??= await this.#open();
    const producer = this.#producer;
    const totals = hitsByPartition(segment, bytes, this.#partitions);
    const batch = String(segment.id);
    const places = totals.map(() => 0);
    const sizes = totals.map(() => 0);
    let messages: HitMessage[] = [];
    const send = async () => {
      if (messages.length === 0) return;
      await producer.send({ messages });
      this.#published += messages.length;
      messages = [];
      sizes.fill(0);
    };
    for (const hit of readRows(bytes, segment.layout)) {
      const partition = partitionOf(hit, totals.length);
      const value = writeRecord(hit, { batch, at: places[partition]!++, of: totals[partition]! });
      if (sizes[partition]! + value.length > REQUEST_CHARACTERS) await send();
      sizes[partition]! += value.length;
      messages.push({ topic: this.#address.topic, partition, key: keyOf(hit), value });
    }
    await send();
  }

  async #open(): Promise<Producer<string, string, string, string>> {
    const producer = new Producer<string, string, string, string>({
      ...clientOptions(this.#address),
      serializers: stringSerializers,
      idempotent: true,
      acks: ALL,
      compression: 'zstd',
    });
    try {
      this.#partitions = await this.#count(producer);
      // Nobody would close it.
      this.#closing.signal.throwIfAborted();
      return producer;
    } catch (error) {
      await closed(producer.close(true));
      throw error;
    }
  }

  /** Number of partitions of the topic. */
  async #count(producer: Producer<string, string, string, string>): Promise<number> {
    const { topic } = this.#address;
    await this.#create();
    const metadata = await producer.metadata({ topics: [topic], forceUpdate: true });
    return metadata.topics.get(topic)!.partitionsCount;
  }

  /** Creates the topic if it does not exist. */
  async #create(): Promise<void> {
    const { topic } = this.#address;
    const admin = new Admin(clientOptions(this.#address));
    try {
      if ((await admin.listTopics()).includes(topic)) return;
      await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: -1 });
    } catch (error) {
      if (!isTopicThere(error)) throw error;
    } finally {
      await closed(admin.close());
    }
  }

  async #disconnect(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer) await closed(producer.close(true));
  }
}

/** Waits until a client is closed, but not for brokers that hang. */
async function closed(closing: Promise<void>): Promise<void> {
  await waitUpTo(
    CLOSE_MS,
    closing.catch(() => undefined),
  );
}

/**
 * Counts the hits of each partition. Reads the whole segment before any of it is sent.
 *
 * @throws HitError `data_dir_newer`, `spool_failed`
 */
function hitsByPartition(segment: Segment, bytes: Buffer, partitions: number): number[] {
  const totals = new Array<number>(partitions).fill(0);
  try {
    for (const hit of readRows(bytes, segment.layout)) totals[partitionOf(hit, partitions)]!++;
    return totals;
  } catch (error) {
    throw error instanceof HitError ? error : unreadable(segment, error);
  }
}

function unreadable({ path }: Segment, cause: unknown): HitError {
  return new HitError('spool_failed', `${basename(path)} cannot be read: ${messageOf(cause)}`, { cause });
}
