import { rm } from 'node:fs/promises';
import { HitError } from '../errors.ts';
import type { Finished, Naming } from './naming.ts';
import type { Segment } from './segment.ts';
import type { Sink } from './sink.ts';
import { SinkWorker, type SinkWorkerEvents } from './sink-worker.ts';

export interface FanOutEvents {
  /** Every sink has it, and its file is gone. */
  delivered(segment: Segment): void;
  /** A delivery failed and is tried again after `pause` milliseconds. */
  failed(sink: Sink, segment: Segment, message: string, pause: number): void;
  /** Looks whether a segment that a sink did not take still is what was written, and repairs it. */
  recheck(segment: Segment): Promise<void>;
}

/**
 * Takes finished segments to several sinks, to each at its own pace: one that is away holds up no other. A segment's file
 * is removed when all have it; a process that dies before begins again with all of them, as a sink ignores what it has.
 *
 * Sinks rely on the ids of one writer to ascend: a store that has a batch knows all before it, and who assembles batches
 * that came through Kafka takes an older one for one that came again. So `add` refuses an id that is not larger than all
 * before it, and no sink sees that batch: hits stay on disk under the name that they have, and the next start gives them
 * an id and delivers them; an import fails, and is made again.
 */
export class FanOut {
  readonly #drains: readonly SinkWorker[];
  /** The one that is asked for what was counted. */
  readonly #first: SinkWorker;
  /** Of segments that some sink does not have: how many do not, and how it gets its name. */
  readonly #waiting = new Map<Segment, { missing: number; readonly naming: Naming | undefined }>();
  /** Id of the last batch that was handed over. */
  #last = -1n;

  /** @param sinks at least one; the first is waited for by those who ask */
  constructor(sinks: readonly Sink[], events: FanOutEvents) {
    this.#drains = sinks.map((sink) => new SinkWorker(this.#named(sink), this.#eventsOf(sink, events)));
    this.#first = this.#drains[0]!;
  }

  /** Segments that some sink does not have. */
  get backlog(): number {
    return this.#waiting.size;
  }

  /** Why deliveries fail that are being tried again, by sink. */
  get failing(): string[] {
    return this.#drains.flatMap((drain) => drain.failing ?? []);
  }

  /**
   * Hands a batch over for delivery, and gives its file the name that its id is.
   *
   * @throws HitError `internal` if its id is not larger than that of each batch before; nothing was done then
   */
  add({ segment, naming }: Finished): void {
    const { id } = segment;
    if (id <= this.#last) {
      throw new HitError('internal', `batch ${id} is handed over after batch ${this.#last}: ids must ascend`);
    }
    this.#last = id;
    naming?.attempt();
    this.#waiting.set(segment, { missing: this.#drains.length, naming });
    for (const drain of this.#drains) drain.add(segment);
  }

  /** Resolves when the first sink has all that was added so far, or when the drains are stopped. */
  settled(): Promise<void> {
    return this.#first.settled();
  }

  /** Resolves when every sink has all that was added so far, or when the drains are stopped. */
  async emptied(): Promise<void> {
    await Promise.all(this.#drains.map((drain) => drain.settled()));
  }

  /** Resolves when one more segment is delivered to the sink that has most to take, or when the drains are stopped. */
  advanced(): Promise<void> {
    return this.#drains.reduce((most, drain) => (drain.backlog > most.backlog ? drain : most)).advanced();
  }

  /** Runs something between two deliveries to the first sink. */
  between<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#first.between(run);
  }

  /** Ends after the deliveries under way; what is left stays on disk for the next run. */
  async stop(): Promise<void> {
    await Promise.all(this.#drains.map((drain) => drain.stop()));
  }

  /** A sink that gets nothing whose name could still change. */
  #named(sink: Sink): Sink {
    return {
      name: sink.name,
      deliver: async (segment) => {
        await this.#waiting.get(segment)!.naming?.durable();
        await sink.deliver(segment);
      },
    };
  }

  #eventsOf(sink: Sink, events: FanOutEvents): SinkWorkerEvents {
    return {
      taken: async (segment) => {
        const waiting = this.#waiting.get(segment)!;
        waiting.missing--;
        if (waiting.missing > 0) return;
        await rm(segment.path, { force: true });
        if (segment.notes.length > 0) await rm(segment.path.replace(/noted$/, 'note'), { force: true });
        this.#waiting.delete(segment);
        events.delivered(segment);
      },
      failed: (segment, message, pause) => events.failed(sink, segment, message, pause),
      recheck: (segment) => events.recheck(segment),
    };
  }
}
