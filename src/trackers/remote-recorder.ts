import { HitError } from '../errors.ts';
import { type Hit, isCounted } from '../hit/hit.ts';
import type { Seen } from '../live/live.ts';
import { type BatchOutcome, SEEN_FIELDS, type SerializedError } from './batch-recorder.ts';
import { type HitBatch, HitBatchWriter, type Sender } from './hit-batch.ts';
import type { HitRecorder, Recorded } from './hit-pipeline.ts';

/** Maximum hits in flight to the main thread. */
const MAX_PENDING = 100_000;
const RETRY_AFTER = 5;

interface Waiting {
  readonly done: Recorded;
  readonly isCounted: boolean;
}

/** Records hits of a collector thread: the hits of one turn are sent to the main thread together. */
export class RemoteRecorder implements HitRecorder {
  readonly #send: (id: number, batch: HitBatch) => void;
  readonly #senderOf: () => Sender;
  readonly #onError: (error: unknown) => void;
  readonly #writer = new HitBatchWriter();
  #waiting: Waiting[] = [];
  readonly #pending = new Map<number, readonly Waiting[]>();
  #hitsUnderWay = 0;
  #lastId = 0;

  /**
   * @param send hands a batch to the main thread
   * @param senderOf returns the sender of the current hit
   * @param onError called if a `done` callback throws; the others are still called
   */
  constructor(
    send: (id: number, batch: HitBatch) => void,
    senderOf: () => Sender,
    onError: (error: unknown) => void,
  ) {
    this.#send = send;
    this.#senderOf = senderOf;
    this.#onError = onError;
  }

  record(hit: Hit, done: Recorded): void {
    // Also for a rejected hit: the next one must not get this one's.
    const sender = this.#senderOf();
    if (this.#hitsUnderWay >= MAX_PENDING) {
      const message = `${MAX_PENDING} hits are waiting for the disk in this thread`;
      throw new HitError('spool_full', message, { retryAfter: RETRY_AFTER });
    }
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#writer.add(hit, sender);
    this.#waiting.push({ done, isCounted: isCounted(hit) });
    this.#hitsUnderWay++;
  }

  /** Reports the outcome of a batch to the callers that recorded its hits. */
  complete(id: number, outcome: BatchOutcome): void {
    const waiting = this.#pending.get(id) ?? [];
    this.#pending.delete(id);
    this.#hitsUnderWay -= waiting.length;
    const fault = outcome.fault && faultOf(outcome.fault);
    for (let i = 0; i < waiting.length; i++) {
      const { done, isCounted } = waiting[i]!;
      const refusal = outcome.dropped.get(i) ?? fault;
      const seen = refusal || !isCounted ? undefined : seenAt(outcome.seen, i * SEEN_FIELDS);
      try {
        done(refusal, seen);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #flush(): void {
    const id = ++this.#lastId;
    this.#pending.set(id, this.#waiting);
    this.#waiting = [];
    this.#send(id, this.#writer.take());
  }
}

function faultOf({ code, message, retryAfter }: SerializedError): HitError {
  return new HitError(code, message, retryAfter === undefined ? {} : { retryAfter });
}

function seenAt(seen: Float64Array, at: number): Seen | undefined {
  if (seen.length === 0) return undefined;
  return { unique: seen[at]!, total: seen[at + 1]!, isNew: seen[at + 2] === 1 };
}
