/**
 * Work on the store that must be done before it gets the first hit of this process.
 *
 * Live counts contain the hits of this process, and those that the store had before it. A server that starts while its store
 * does not answer reads the latter later: after the batches of earlier runs are delivered, which live counts lack, and before
 * its own, which they have. So no hit counts twice or never.
 */
import { writerOf } from '../clickhouse/watermarks.ts';
import type { Segment } from '../spool/segment.ts';
import type { Sink } from '../spool/sink.ts';

export class FirstDelivery implements Sink {
  readonly name: string;
  /** The writer of the batches of this process. */
  writer: number | undefined;
  readonly #sink: Sink;
  #work: (() => Promise<void>) | undefined;
  #running: Promise<void> | undefined;

  constructor(sink: Sink) {
    this.name = sink.name;
    this.#sink = sink;
  }

  /** @param work repeated until it does not fail; it must change nothing if it fails */
  precede(work: () => Promise<void>): void {
    this.#work = work;
  }

  /** Does the work, unless it is done. */
  async prepare(): Promise<void> {
    const work = this.#work;
    if (!work) return;
    this.#running ??= work().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    this.#work = undefined;
  }

  async deliver(segment: Segment): Promise<void> {
    if (writerOf(segment.id) === this.writer) await this.prepare();
    await this.#sink.deliver(segment);
  }
}
