import { rm } from 'node:fs/promises';
import { HitError } from '../errors.ts';
import type { Finished, PendingRename } from './pending-rename.ts';
import type { Segment } from './segment.ts';
import type { Sink } from './sink.ts';
import { SinkWorker, type SinkWorkerEvents } from './sink-worker.ts';

export interface FanOutEvents {
  /** Every sink has the segment, or it is set aside for it, and its file is removed. */
  delivered(segment: Segment): void;
  /** A delivery failed and is retried after `pause` milliseconds. */
  failed(sink: Sink, segment: Segment, message: string, pause: number): void;
  /** Checks whether a segment that a sink rejected is still intact, and repairs it if not. */
  recheck(segment: Segment): Promise<void>;
  /** Sets a segment aside that a sink refuses for its own sake. @returns whether it was */
  rejected(sink: Sink, segment: Segment, message: string): Promise<boolean>;
}

/**
 * Fan-out of finished segments to several sinks, each at its own pace: a sink that is down does not delay the others. A file
 * is removed when all sinks have it. After a crash all sinks get it again: a sink ignores batches that it already has.
 *
 * Sinks rely on ascending ids per writer: a store that has a batch knows all earlier ones, and the consumer that assembles
 * batches from Kafka treats an older id as a duplicate. So `add` rejects an id that is not larger than all earlier ones, and
 * no sink sees the batch: hits stay on disk for the next start, which assigns an id and delivers them; an import fails and
 * must be repeated.
 *
 * A segment that a sink refuses for its own sake is set aside for this sink (quarantine.ts), which gets the next one.
 */
export class FanOut {
  /** By the name of its sink. */
  readonly #workers: ReadonlyMap<string, SinkWorker>;
  /** Worker of the sink that answers queries. */
  readonly #first: SinkWorker;
  /** Segments that at least one sink is missing: the number of such sinks, and the pending rename. */
  readonly #waiting = new Map<Segment, { missing: number; readonly rename: PendingRename | undefined }>();
  /** Id of the last batch handed over. */
  #last = -1n;

  /** @param sinks at least one; queries wait for the first */
  constructor(sinks: readonly Sink[], events: FanOutEvents) {
    this.#workers = new Map(
      sinks.map((sink) => [sink.name, new SinkWorker(this.#named(sink), this.#eventsOf(sink, events))]),
    );
    this.#first = this.#workers.get(sinks[0]!.name)!;
  }

  /** Number of segments that at least one sink is missing. */
  get backlog(): number {
    return this.#waiting.size;
  }

  /** Errors of the deliveries that are being retried, or hang, by sink. */
  get failing(): string[] {
    return [...this.#workers.values()].flatMap((drain) => drain.failing ?? []);
  }

  /**
   * Hands a batch over for delivery, and renames its file to its id.
   *
   * @param sinks names of those that get it, at least one. Default: all
   * @throws HitError `internal` if its id is not larger than all earlier ones; nothing is changed then
   */
  add({ segment, rename }: Finished, sinks: Iterable<string> = this.#workers.keys()): void {
    const { id } = segment;
    if (id <= this.#last) {
      throw new HitError('internal', `batch ${id} follows batch ${this.#last}: ids must ascend`);
    }
    this.#last = id;
    rename?.attempt();
    const workers = Array.from(sinks, (name) => this.#workers.get(name)!);
    this.#waiting.set(segment, { missing: workers.length, rename });
    for (const drain of workers) drain.add(segment);
  }

  /** Resolves when the first sink has everything added so far, or when the workers are stopped. */
  idle(): Promise<void> {
    return this.#first.idle();
  }

  /** Like `idle`. @throws HitError `store_unavailable` if deliveries fail for too long */
  stored(): Promise<void> {
    return this.#first.stored();
  }

  /** Resolves when every sink has everything added so far, or when the workers are stopped. */
  async emptied(): Promise<void> {
    await Promise.all(Array.from(this.#workers.values(), (drain) => drain.idle()));
  }

  /** Resolves when the sink with the longest queue has one more segment, or when the workers are stopped. */
  advanced(): Promise<void> {
    const workers = [...this.#workers.values()];
    return workers.reduce((most, drain) => (drain.backlog > most.backlog ? drain : most)).advanced();
  }

  /** Runs a function between two deliveries to the first sink. */
  between<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#first.runBetweenDeliveries(run);
  }

  /** Stops after the current deliveries; the rest stays on disk for the next run. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#workers.values(), (drain) => drain.stop()));
  }

  /** Wraps a sink so that it gets a segment only once its name is durable. */
  #named(sink: Sink): Sink {
    return {
      name: sink.name,
      deliver: async (segment) => {
        await this.#waiting.get(segment)!.rename?.durable();
        await sink.deliver(segment);
      },
    };
  }

  #eventsOf(sink: Sink, events: FanOutEvents): SinkWorkerEvents {
    return {
      delivered: (segment) => this.#leave(segment, events),
      rejected: async (segment, message) => {
        const isAside = await events.rejected(sink, segment, message);
        if (isAside) await this.#leave(segment, events);
        return isAside;
      },
      failed: (segment, message, pause) => events.failed(sink, segment, message, pause),
      recheck: (segment) => events.recheck(segment),
    };
  }

  /** One more sink does not need a segment. */
  async #leave(segment: Segment, events: FanOutEvents): Promise<void> {
    const waiting = this.#waiting.get(segment)!;
    waiting.missing--;
    if (waiting.missing > 0) return;
    await rm(segment.path, { force: true });
    if (segment.records.length > 0) await rm(segment.path.replace(/noted$/, 'note'), { force: true });
    this.#waiting.delete(segment);
    events.delivered(segment);
  }
}
