import { HitError, messageOf } from '../errors.ts';
import { Backoff } from '../timing/backoff.ts';
import { pause } from '../timing/pause.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import type { Segment } from './segment.ts';
import type { Sink } from './sink.ts';

/** Milliseconds between attempts. */
const DELAYS = { first: 100, longest: 30_000 };
/** Milliseconds after which work that waits for deliveries looks whether they fail. */
const FAILING_CHECK = 10_000;
/** Attempts after which a batch that the sink refuses for its own sake is set aside: some seconds. */
const MOST_REJECTIONS = 6;
/** The longest delay if the sink's disk is full: checking for free space is cheap. */
const LONGEST_FULL = 5000;

/** Milliseconds after which a delivery that has not ended counts as failing: the sink hangs. */
const LONGEST_DELIVERY = 30_000;

/** Callbacks of a worker. */
export interface SinkWorkerEvents {
  /** The sink has the segment. If this rejects, the delivery counts as failed and is retried. */
  delivered(segment: Segment): Promise<void>;
  /** A delivery failed and is retried after `delay` milliseconds. */
  failed(segment: Segment, message: string, delay: number): void;
  /** Checks whether the segment is still intact: damage may be the cause. */
  recheck(segment: Segment): Promise<void>;
  /**
   * The sink refused the segment several times for its own sake.
   *
   * @returns whether it is set aside, and the next one can be delivered; if not, or if this rejects, it is retried
   */
  rejected(segment: Segment, message: string): Promise<boolean>;
}

/**
 * Delivers finished segments to a sink, one at a time and in order, and retries without limit, except for those that the sink
 * refuses for their own sake.
 */
export class SinkWorker {
  readonly #sink: Sink;
  readonly #events: SinkWorkerEvents;
  readonly #queue: Segment[] = [];
  readonly #stop = new AbortController();
  #waiters: { readonly last: Segment; readonly resolve: () => void }[] = [];
  #running: Promise<void> | undefined;
  #failing: string | undefined;
  readonly #longest: number;
  /** When the current attempt began. */
  #began: number | undefined;
  /** Deliveries, and the functions that run between two. */
  readonly #turns = new SerialQueue();

  /** @param longest milliseconds after which a delivery that has not ended counts as failing */
  constructor(sink: Sink, events: SinkWorkerEvents, longest = LONGEST_DELIVERY) {
    this.#sink = sink;
    this.#events = events;
    this.#longest = longest;
  }

  /** Why the first segment is not delivered: the error of the last attempt while it is retried, or that the sink hangs. */
  get failing(): string | undefined {
    const duration = this.#began === undefined ? 0 : performance.now() - this.#began;
    if (duration < this.#longest) return this.#failing;
    const last = this.#failing === undefined ? '' : `; before that: ${this.#failing}`;
    return `a batch has been in delivery for ${Math.floor(duration / 1000)} s, and has no answer${last}`;
  }

  /** Number of segments that are not delivered yet. */
  get backlog(): number {
    return this.#queue.length;
  }

  add(segment: Segment): void {
    this.#queue.push(segment);
    this.#running ??= this.#run();
  }

  /** Resolves when everything added so far is delivered, or set aside, or when the worker is stopped. */
  idle(): Promise<void> {
    return this.#sleepUntil(this.#queue.at(-1));
  }

  /** Like `idle`, for work that needs all hits. @throws HitError `store_unavailable` if deliveries fail for too long */
  async stored(): Promise<void> {
    return this.#unlessFailing(this.idle(), 'hits wait in the spool, since deliveries fail', () => true);
  }

  /** Resolves when one more segment is delivered, or when the worker is stopped. */
  advanced(): Promise<void> {
    return this.#sleepUntil(this.#queue[0]);
  }

  /**
   * Runs a function between two deliveries. A failing delivery lasts until it succeeds or the worker is stopped: part of
   * its segment may be in the sink.
   *
   * @throws HitError `store_unavailable` if a delivery fails for too long; the function is not called then
   */
  async runBetweenDeliveries<Result>(run: () => Promise<Result>): Promise<Result> {
    let hasBegun = false;
    let late: HitError | undefined;
    const turn = this.#turns.run(async () => {
      if (late) throw late;
      hasBegun = true;
      return run();
    });
    return this.#unlessFailing(turn, 'deliveries cannot be paused, since they fail', (fault) => {
      if (!hasBegun) late = fault;
      return late !== undefined;
    });
  }

  /** Stops after the current delivery; the rest stays on disk for the next run. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#wake(() => true);
  }

  /**
   * The outcome of work that waits for deliveries.
   *
   * @param givesUp called with the error if deliveries fail; false if the work does not wait any more
   * @throws HitError `store_unavailable`
   */
  async #unlessFailing<Result>(
    work: Promise<Result>,
    what: string,
    givesUp: (fault: HitError) => boolean,
  ): Promise<Result> {
    const late = Promise.withResolvers<never>();
    const timer = setInterval(() => {
      if (this.failing === undefined) return;
      const fault = new HitError('store_unavailable', `${what}: ${this.failing}`, { retryAfter: 60 });
      if (givesUp(fault)) late.reject(fault);
    }, FAILING_CHECK);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearInterval(timer);
    }
  }

  #sleepUntil(last: Segment | undefined): Promise<void> {
    if (!last || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ last, resolve }));
  }

  async #run(): Promise<void> {
    for (let segment = this.#queue[0]; segment && !this.#stop.signal.aborted; segment = this.#queue[0]) {
      const next = segment;
      await this.#turns.run(() => this.#deliver(next));
    }
    this.#running = undefined;
  }

  async #deliver(segment: Segment): Promise<void> {
    const backoff = new Backoff(DELAYS);
    /** The failure after which the segment was last checked. */
    let checkedAfter: string | undefined;
    let rejections = 0;
    while (!this.#stop.signal.aborted) {
      try {
        this.#began = performance.now();
        await this.#sink.deliver(segment);
        await this.#events.delivered(segment);
        this.#began = undefined;
        this.#advance(segment);
        return;
      } catch (error) {
        this.#began = undefined;
        this.#failing = messageOf(error);
        rejections = isRejected(error) ? rejections + 1 : 0;
        if (rejections >= MOST_REJECTIONS && (await this.#setAside(segment, this.#failing))) return;
        const delay = backoff.next(isFull(error) ? LONGEST_FULL : DELAYS.longest);
        this.#events.failed(segment, this.#failing, delay);
        // A segment may be damaged while it waits for something else, so each new kind of failure may be due to that.
        const kind = kindOf(this.#failing);
        if (kind !== checkedAfter || isIncomplete(error)) {
          checkedAfter = kind;
          await this.#events
            .recheck(segment)
            .catch((fault) => this.#events.failed(segment, messageOf(fault), delay));
        }
        await pause(delay, this.#stop.signal);
      }
    }
  }

  async #setAside(segment: Segment, message: string): Promise<boolean> {
    // A full disk, for example, has no room for it: it is retried.
    const isAside = await this.#events.rejected(segment, message).catch(() => false);
    if (isAside) this.#advance(segment);
    return isAside;
  }

  #advance(segment: Segment): void {
    this.#failing = undefined;
    this.#queue.shift();
    this.#wake((last) => last === segment);
  }

  #wake(isOver: (last: Segment) => boolean): void {
    const over = this.#waiters.filter(({ last }) => isOver(last));
    this.#waiters = this.#waiters.filter(({ last }) => !isOver(last));
    for (const { resolve } of over) resolve();
  }
}

/** A message without its numbers, such as free bytes or a time, which differ at each attempt. */
function kindOf(message: string): string {
  return message.replaceAll(/\d+/g, '0');
}

function isRejected(error: unknown): boolean {
  return error instanceof HitError && error.code === 'batch_rejected';
}

function isIncomplete(error: unknown): boolean {
  return error instanceof HitError && error.code === 'batch_incomplete';
}

function isFull(error: unknown): boolean {
  return error instanceof HitError && error.code === 'store_full';
}
