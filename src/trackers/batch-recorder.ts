import { type ErrorCode, HitError } from '../errors.ts';
import type { RateLimit } from '../hit/rate-limit.ts';
import type { Sites } from '../hit/site.ts';
import type { Live } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';
import { FIELD, FIELDS, type HitBatch } from './hit-batch.ts';

/** A `HitError` as it passes from thread to thread. */
export interface PlainFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfter: number | undefined;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** Why none of the others was taken. */
  readonly fault: PlainFault | undefined;
  /** Hits that were not let in, by their place in the batch. */
  readonly refused: ReadonlyMap<number, PlainFault>;
  /** Three numbers a hit: unique, total, and 1 for a new visitor. Zeros of a hit that is not counted; or empty. */
  readonly seen: Float64Array<ArrayBuffer>;
}

export const SEEN_FIELDS = 3;

const NOBODY_SEEN = new Float64Array(0);

/**
 * Records what collecting threads bring, as `Recorder` does what comes here: durable, then counted, then acknowledged.
 * What must be known of all threads together is decided here and nowhere else: the limit of a client, the number of
 * sites, and whether a visitor is new.
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
    const refused = this.#refusals(batch);
    const settle = (fault?: HitError) => done(this.#outcome(batch, refused, fault));
    const hits = batch.clients.length - refused.size;
    if (!this.#spool || hits === 0) {
      settle();
      return;
    }
    try {
      this.#spool.appendRows(refused.size === 0 ? batch.rows : rowsWithout(batch, refused), hits, settle);
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      settle(error);
    }
  }

  #refusals({ numbers, sites, clients }: HitBatch): Map<number, PlainFault> {
    const refused = new Map<number, PlainFault>();
    const now = this.#now();
    const unknown = sites.map((site) => 'reason' in this.#sites.admit(site));
    for (let i = 0; i < clients.length; i++) {
      const client = clients[i]!;
      const wait = client === '' ? 0 : this.#limit.take(client, now);
      const site = numbers[i * FIELDS + FIELD.site]!;
      if (wait > 0) refused.set(i, tooMany(client, wait));
      else if (unknown[site]) refused.set(i, tooManySites(sites[site]!));
    }
    return refused;
  }

  #outcome(
    batch: HitBatch,
    refused: ReadonlyMap<number, PlainFault>,
    fault: HitError | undefined,
  ): BatchOutcome {
    if (fault) return { fault: plain(fault), refused, seen: NOBODY_SEEN };
    return { fault: undefined, refused, seen: this.#count(batch, refused) };
  }

  #count(
    { numbers, sites, clients }: HitBatch,
    refused: ReadonlyMap<number, PlainFault>,
  ): Float64Array<ArrayBuffer> {
    const live = this.#live;
    if (!live) return NOBODY_SEEN;
    const seen = new Float64Array(clients.length * SEEN_FIELDS);
    for (let i = 0; i < clients.length; i++) {
      const at = i * FIELDS;
      if (numbers[at + FIELD.isCounted] === 0 || refused.has(i)) continue;
      const { unique, total, isNew } = live.track({
        site: sites[numbers[at + FIELD.site]!]!,
        time: numbers[at + FIELD.time]!,
        visitorHigh: numbers[at + FIELD.visitorHigh]!,
        visitorLow: numbers[at + FIELD.visitorLow]!,
      });
      seen[i * SEEN_FIELDS] = unique;
      seen[i * SEEN_FIELDS + 1] = total;
      seen[i * SEEN_FIELDS + 2] = isNew ? 1 : 0;
    }
    return seen;
  }
}

function rowsWithout({ rows, numbers }: HitBatch, refused: ReadonlyMap<number, unknown>): Buffer {
  const kept: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; i * FIELDS < numbers.length; i++) {
    const end = numbers[i * FIELDS + FIELD.rowEnd]!;
    if (!refused.has(i)) kept.push(rows.subarray(start, end));
    start = end;
  }
  return Buffer.concat(kept);
}

function plain({ code, message, retryAfter }: HitError): PlainFault {
  return { code, message, retryAfter };
}

function tooMany(client: string, retryAfter: number): PlainFault {
  return { code: 'rate_limited', message: `too many hits from ${client}`, retryAfter };
}

function tooManySites(site: string): PlainFault {
  const message = `site "${site}" is new, and as many as --max-sites allows are counted already`;
  return { code: 'invalid', message, retryAfter: undefined };
}
