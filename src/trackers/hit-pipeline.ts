/**
 * The way of a hit, from what a request says to its acknowledgement:
 *
 * | step        | what it does                                            | drops                                     |
 * |-------------|---------------------------------------------------------|-------------------------------------------|
 * | check       | time, sizes, control characters                         | invalid, too_large                        |
 * | purpose     | a prefetch is not a visit                               | prefetch                                  |
 * | site        | names the site                                          | invalid, site_not_allowed                 |
 * | client      | address behind trusted proxies, rate limit              | rate_limited                              |
 * | admit       | the site has a place, or gets one                       | too_many_sites                            |
 * | identify    | agent, visitor, referrer, campaign, country: now a hit  | too_many_visitors                         |
 * | append      | the hit is durable with its commit group                | spool_full, spool_failed                  |
 * | count       | live state; bots are stored, but not counted            | bot                                       |
 * | acknowledge | the sender learns the outcome, once                     |                                           |
 *
 * The steps to `identify` are `Intake.receive`. With `--threads`, they run in the collector thread, and the main thread
 * appends and counts (`RemoteRecorder`, `BatchRecorder`).
 *
 * Invariants: the sender learns exactly one outcome; each drop is counted once, with one reason; live counts contain
 * exactly the acknowledged hits that people sent; a crash between two steps loses no acknowledged hit. An engagement signal
 * takes the same way, but is not a hit: neither live counts nor counts of drops contain it.
 */

import { HitError } from '../errors.ts';
import type { Dropped } from '../hit/drop-reason.ts';
import type { Drops } from '../hit/drops.ts';
import { type Hit, isCounted, isSignal } from '../hit/hit.ts';
import type { Intake } from '../hit/intake.ts';
import type { RequestContext } from '../hit/request-context.ts';
import type { Live, Seen } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';

/** The sender of a hit: it learns one outcome. */
export interface HitSender {
  /**
   * The hit is durable and counted.
   *
   * @param seen what the live state says about it; undefined if there is none
   * @param cookie `Set-Cookie` header for a new visitor
   */
  accept(seen: Seen | undefined, cookie: string | undefined): void;
  /** The hit is not counted. */
  drop(dropped: Dropped): void;
}

const BOT: Dropped = { reason: 'bot', detail: 'a bot is stored, but not counted' };

export class HitPipeline {
  readonly #intake: Intake;
  readonly #recorder: HitRecorder;
  readonly #drops: Pick<Drops, 'count'>;

  constructor(steps: {
    readonly intake: Intake;
    readonly recorder: HitRecorder;
    readonly drops: Pick<Drops, 'count'>;
  }) {
    this.#intake = steps.intake;
    this.#recorder = steps.recorder;
    this.#drops = steps.drops;
  }

  /** Takes a hit through all steps. The sender learns the outcome now or later. */
  take(facts: RequestContext, sender: HitSender): void {
    const received = this.#intake.receive(facts);
    if ('reason' in received) {
      this.#drop(facts, sender, received);
      return;
    }
    const { hit, cookie } = received;
    try {
      // While the hit waits for the disk, this must not hold the facts as well.
      this.#recorder.record(hit, (fault, seen) => {
        if (fault) this.#drop(hit, sender, 'reason' in fault ? fault : droppedBy(fault));
        else if (hit.bot !== '') this.#drop(hit, sender, BOT);
        else sender.accept(seen, cookie);
      });
    } catch (error) {
      if (!(error instanceof HitError)) throw error;
      this.#drop(hit, sender, droppedBy(error));
    }
  }

  #drop(hit: Parameters<typeof isSignal>[0], sender: HitSender, dropped: Dropped): void {
    if (!isSignal(hit)) this.#drops.count(dropped.reason);
    sender.drop(dropped);
  }
}

/** The message of the disk can contain a path: the spool logs it, and senders do not get it. */
function droppedBy({ code, message, retryAfter }: HitError): Dropped {
  const wait = retryAfter !== undefined && { retryAfter };
  if (code === 'spool_full') return { reason: code, detail: message, ...wait };
  return {
    reason: 'spool_failed',
    detail: 'the hit could not be written: see the log of the server',
    ...wait,
  };
}

/**
 * Called with the outcome of a hit: why it was not recorded, else the live state's result for it (undefined for one that
 * is not counted, and if no live state is kept).
 */
export type Recorded = (fault: HitError | Dropped | undefined, seen: Seen | undefined) => void;

/** The steps `append` and `count`. */
export interface HitRecorder {
  /** @throws HitError `spool_full`; then nothing was recorded, and `done` is not called */
  record(hit: Hit, done: Recorded): void;
}

/** Appends and counts hits in this thread. */
export class Recorder implements HitRecorder {
  readonly #spool: Spool | undefined;
  readonly #live: Live | undefined;

  /** @param trackers `spool` for db and stream, `live` for simple and rate */
  constructor(trackers: { spool?: Spool | undefined; live?: Live | undefined }) {
    this.#spool = trackers.spool;
    this.#live = trackers.live;
  }

  record(hit: Hit, done: Recorded): void {
    if (this.#spool) {
      this.#spool.append(hit, (fault) => (fault ? done(fault, undefined) : this.#count(hit, done)));
    } else {
      this.#count(hit, done);
    }
  }

  #count(hit: Hit, done: Recorded): void {
    const seen = isCounted(hit) ? this.#live?.track(hit) : undefined;
    if (seen instanceof Promise) seen.then((later) => done(undefined, later));
    else done(undefined, seen);
  }
}
