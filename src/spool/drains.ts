import { rm } from 'node:fs/promises';
import { Drain, type DrainEvents } from './drain.ts';
import type { Segment } from './segment.ts';
import type { Sink } from './sink.ts';

export interface DrainsEvents {
  /** Every sink has it, and its file is gone. */
  delivered(segment: Segment): void;
  /** A delivery failed and is tried again after `pause` milliseconds. */
  failed(sink: Sink, segment: Segment, message: string, pause: number): void;
}

/**
 * Takes finished segments to several sinks, to each at its own pace: one that is away holds up no other. A segment's file
 * is removed when all have it; a process that dies before begins again with all of them, as a sink ignores what it has.
 */
export class Drains {
  readonly #drains: readonly Drain[];
  /** The one that is asked for what was counted. */
  readonly #first: Drain;
  /** Sinks that do not have a segment yet. */
  readonly #missing = new Map<Segment, number>();

  /** @param sinks at least one; the first is waited for by those who ask */
  constructor(sinks: readonly Sink[], events: DrainsEvents) {
    this.#drains = sinks.map((sink) => new Drain(sink, this.#eventsOf(sink, events)));
    this.#first = this.#drains[0]!;
  }

  /** Segments that some sink does not have. */
  get backlog(): number {
    return this.#missing.size;
  }

  add(segment: Segment): void {
    this.#missing.set(segment, this.#drains.length);
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

  #eventsOf(sink: Sink, events: DrainsEvents): DrainEvents {
    return {
      taken: async (segment) => {
        const missing = this.#missing.get(segment)! - 1;
        this.#missing.set(segment, missing);
        if (missing > 0) return;
        await rm(segment.path, { force: true });
        if (segment.notes.length > 0) await rm(segment.path.replace(/noted$/, 'note'), { force: true });
        this.#missing.delete(segment);
        events.delivered(segment);
      },
      failed: (segment, message, pause) => events.failed(sink, segment, message, pause),
    };
  }
}
