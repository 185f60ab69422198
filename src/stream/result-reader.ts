import { Consumer } from '@platformatic/kafka';
import { HitError } from '../errors.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import { clientOptions } from './kafka.ts';
import { reconnecting } from './reconnection.ts';
import { WindowResults } from './window-results.ts';

/** Milliseconds between attempts. */
const DELAYS = { first: 500, longest: 30_000 };

interface ResultReaderOptions {
  readonly address: KafkaAddress;
  /** Identifies this node: each node reads all results. */
  readonly node: string;
  readonly log: { warn(message: string): void };
}

/**
 * Reads the results of a streaming job from their topic, from its beginning and for as long as the reader is open. Each
 * node has all results.
 */
export class ResultReader implements AsyncDisposable {
  readonly results = new WindowResults();
  readonly #options: ResultReaderOptions;
  readonly #closing = new AbortController();
  readonly #reading: Promise<void>;
  #invalidRecords = 0;

  constructor(options: ResultReaderOptions) {
    this.#options = options;
    this.#reading = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  /** Reads until it is stopped. Errors are logged and retried. */
  #run(): Promise<void> {
    const { address, log } = this.#options;
    const { signal } = this.#closing;
    const onFault = (message: string, delay: number) =>
      log.warn(`${address.name} will be read again in ${delay} ms: ${message}`);
    return reconnecting({ delays: DELAYS, signal, onFault }, () => this.#read(signal));
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { address, node } = this.#options;
    const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
      ...clientOptions(address),
      groupId: `hit-tracker-results-${node}`,
      autocommit: false,
    });
    consumer.on('error', () => undefined);
    try {
      const stream = await consumer.consume({ topics: [address.topic], mode: 'earliest', autocommit: false });
      const end = () => stream.destroy();
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      for await (const { value } of stream) this.#take(String(value));
    } finally {
      await consumer.close(true).catch(() => undefined);
    }
  }

  #take(text: string): void {
    try {
      this.results.take(text);
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      // Log it once only: a topic with other content would log a million times.
      if (this.#invalidRecords++ === 0)
        this.#options.log.warn(`${this.#options.address.name}: ${error.message}`);
    }
  }
}
