import { setTimeout as sleep } from 'node:timers/promises';
import { HitError, messageOf } from '../errors.ts';
import type { Segment } from './segment.ts';
import type { Sink } from './sink.ts';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 30_000;
/** The same where the sink's disk is full: to look whether there is room again costs nothing. */
const LONGEST_FULL = 5000;

/** What the owner of a drain wants to know. */
export interface SinkWorkerEvents {
  /** The sink has it. A fault in here is one of the delivery, which is then made again. */
  taken(segment: Segment): Promise<void>;
  /** A delivery failed and is tried again after `pause` milliseconds. */
  failed(segment: Segment, message: string, pause: number): void;
  /** Looks whether the segment still is what was written: it may be the cause. */
  recheck(segment: Segment): Promise<void>;
}

/** Takes finished segments to a sink, one at a time and in order, for as long as it takes. */
export class SinkWorker {
  readonly #sink: Sink;
  readonly #events: SinkWorkerEvents;
  readonly #queue: Segment[] = [];
  readonly #stop = new AbortController();
  #waiters: { readonly last: Segment; readonly resolve: () => void }[] = [];
  #running: Promise<void> | undefined;
  #failing: string | undefined;
  /** The delivery under way, or what runs between two. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(sink: Sink, events: SinkWorkerEvents) {
    this.#sink = sink;
    this.#events = events;
  }

  /** Why the last delivery failed, while it is being tried again. */
  get failing(): string | undefined {
    return this.#failing;
  }

  /** Segments that are not delivered yet. */
  get backlog(): number {
    return this.#queue.length;
  }

  add(segment: Segment): void {
    this.#queue.push(segment);
    this.#running ??= this.#run();
  }

  /** Resolves when all that was added so far is delivered, or when the drain is stopped. */
  settled(): Promise<void> {
    return this.#until(this.#queue.at(-1));
  }

  /** Resolves when one more is delivered, or when the drain is stopped. */
  advanced(): Promise<void> {
    return this.#until(this.#queue[0]);
  }

  /**
   * Runs something between two deliveries. One that fails is under way until it succeeds, or the drain is stopped: a
   * part of its segment may be in the sink.
   */
  between<Result>(run: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends after the delivery under way; what is left stays on disk for the next run. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#wake(() => true);
  }

  #until(last: Segment | undefined): Promise<void> {
    if (!last || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ last, resolve }));
  }

  async #run(): Promise<void> {
    for (let segment = this.#queue[0]; segment && !this.#stop.signal.aborted; segment = this.#queue[0]) {
      const next = segment;
      await this.between(() => this.#deliver(next));
    }
    this.#running = undefined;
  }

  async #deliver(segment: Segment): Promise<void> {
    let pause = FIRST_PAUSE;
    let isChecked = false;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#sink.deliver(segment);
        await this.#events.taken(segment);
        this.#failing = undefined;
        this.#queue.shift();
        this.#wake((last) => last === segment);
        return;
      } catch (error) {
        this.#failing = messageOf(error);
        this.#events.failed(segment, this.#failing, pause);
        if (!isChecked || isIncomplete(error)) {
          isChecked = true;
          await this.#events
            .recheck(segment)
            .catch((fault) => this.#events.failed(segment, messageOf(fault), pause));
        }
        await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, isFull(error) ? LONGEST_FULL : LONGEST_PAUSE);
      }
    }
  }

  #wake(isOver: (last: Segment) => boolean): void {
    const over = this.#waiters.filter(({ last }) => isOver(last));
    this.#waiters = this.#waiters.filter(({ last }) => !isOver(last));
    for (const { resolve } of over) resolve();
  }
}

function isIncomplete(error: unknown): boolean {
  return error instanceof HitError && error.code === 'batch_incomplete';
}

function isFull(error: unknown): boolean {
  return error instanceof HitError && error.code === 'store_full';
}
