import { type ErrorCode, HitError } from '../errors.ts';
import type { Dropped } from '../hit/drop-reason.ts';
import { overLimit, siteProblem } from '../hit/intake.ts';
import type { RateLimit } from '../hit/rate-limit.ts';
import type { Sites } from '../hit/site.ts';
import type { Live, Seen } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';
import { FIELD, FIELDS, type HitBatch } from './hit-batch.ts';

/** A `HitError` in the form in which it passes between threads. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfter: number | undefined;
}

/** The outcome of a batch. */
export interface BatchOutcome {
  /** Why none of the admitted hits was recorded. */
  readonly fault: SerializedError | undefined;
  /** Dropped hits, by their position in the batch. */
  readonly dropped: ReadonlyMap<number, Dropped>;
  /** Three numbers per hit: unique, total, and 1 for a new visitor. Zeros for a hit that is not counted; or empty. */
  readonly seen: Float64Array<ArrayBuffer>;
}

export const SEEN_FIELDS = 3;

const NOBODY_SEEN = new Float64Array(0);

/**
 * Records hits of the collector threads, as `Recorder` does for this thread: durable, then counted, then acknowledged.
 * Decisions that concern all threads together are made only here: a client's rate limit, the number of sites, and whether
 * a visitor is new.
 */
export class BatchRecorder {
  readonly #spool: Spool | undefined;
  readonly #live: Live | undefined;
  readonly #limit: RateLimit;
  readonly #sites: Sites;
  readonly #now: () => number;

  constructor(options: {
    spool: Spool | undefined;
    live: Live | undefined;
    limit: RateLimit;
    sites: Sites;
    now: () => number;
  }) {
    this.#spool = options.spool;
    this.#live = options.live;
    this.#limit = options.limit;
    this.#sites = options.sites;
    this.#now = options.now;
  }

  /** @param done called once */
  record(batch: HitBatch, done: (outcome: BatchOutcome) => void): void {
    const dropped = this.#drops(batch);
    const settle = (fault?: HitError) => {
      if (fault) done({ fault: plain(fault), dropped, seen: NOBODY_SEEN });
      else this.#count(batch, dropped, (seen) => done({ fault: undefined, dropped, seen }));
    };
    const hits = batch.clients.length - dropped.size;
    if (!this.#spool || hits === 0) {
      settle();
      return;
    }
    try {
      this.#spool.appendRows(dropped.size === 0 ? batch.rows : rowsWithout(batch, dropped), hits, settle);
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      settle(error);
    }
  }

  #drops({ numbers, sites, clients }: HitBatch): Map<number, Dropped> {
    const dropped = new Map<number, Dropped>();
    const now = this.#now();
    for (let i = 0; i < clients.length; i++) {
      const client = clients[i]!;
      const isLimited = numbers[i * FIELDS + FIELD.isLimited] === 1;
      const wait = isLimited ? this.#limit.tryConsume(client, now) : 0;
      const site = sites[numbers[i * FIELDS + FIELD.site]!]!;
      if (wait > 0) dropped.set(i, overLimit(client, wait));
      else if (!this.#sites.admit(site, client)) dropped.set(i, siteProblem('too_many_sites', site));
    }
    return dropped;
  }

  /** @param done called synchronously, unless hits are counted elsewhere */
  #count(
    { numbers, sites, clients }: HitBatch,
    dropped: ReadonlyMap<number, Dropped>,
    done: (seen: Float64Array<ArrayBuffer>) => void,
  ): void {
    const live = this.#live;
    if (!live) {
      done(NOBODY_SEEN);
      return;
    }
    const seen = new Float64Array(clients.length * SEEN_FIELDS);
    const later: Promise<void>[] = [];
    for (let i = 0; i < clients.length; i++) {
      const at = i * FIELDS;
      if (numbers[at + FIELD.isCounted] === 0 || dropped.has(i)) continue;
      const each = live.track({
        site: sites[numbers[at + FIELD.site]!]!,
        time: numbers[at + FIELD.time]!,
        visitorHigh: numbers[at + FIELD.visitorHigh]!,
        visitorLow: numbers[at + FIELD.visitorLow]!,
      });
      if (each instanceof Promise) later.push(each.then((told) => writeResult(seen, i, told)));
      else writeResult(seen, i, each);
    }
    if (later.length === 0) done(seen);
    else Promise.all(later).then(() => done(seen));
  }
}

function writeResult(seen: Float64Array, place: number, { unique, total, isNew }: Seen): void {
  seen[place * SEEN_FIELDS] = unique;
  seen[place * SEEN_FIELDS + 1] = total;
  seen[place * SEEN_FIELDS + 2] = isNew ? 1 : 0;
}

function rowsWithout({ rows, numbers }: HitBatch, dropped: ReadonlyMap<number, unknown>): Buffer {
  const kept: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; i * FIELDS < numbers.length; i++) {
    const end = numbers[i * FIELDS + FIELD.rowEnd]!;
    if (!dropped.has(i)) kept.push(rows.subarray(start, end));
    start = end;
  }
  return Buffer.concat(kept);
}

function plain({ code, message, retryAfter }: HitError): SerializedError {
  return { code, message, retryAfter };
}
