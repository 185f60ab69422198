import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer } from '@platformatic/kafka';
import { HitError, messageOf } from '../errors.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import { clientOptions, streamFault } from './kafka.ts';
import { WindowResults } from './window-results.ts';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

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
  #odd = 0;

  constructor(options: ResultReaderOptions) {
    this.#options = options;
    this.#reading = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  /** Reads until it is stopped. Errors are logged and retried. */
  async #run(): Promise<void> {
    const { address, log } = this.#options;
    const { signal } = this.#closing;
    for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const began = Date.now();
      try {
        await this.#read(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (Date.now() - began > LONGEST_PAUSE) pause = FIRST_PAUSE;
        log.warn(`${address.name} will be read again in ${pause} ms: ${messageOf(streamFault(error))}`);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
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
      if (this.#odd++ === 0) this.#options.log.warn(`${this.#options.address.name}: ${error.message}`);
    }
  }
}
