import type { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import type { Dropped } from '../hit/intake.ts';
import type { Live, Seen } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';

/**
 * Called with the outcome of a hit: the fault or drop reason if it was not recorded, else the live state's result for it
 * (undefined if no live state is kept).
 */
export type Recorded = (refusal: HitError | Dropped | undefined, seen: Seen | undefined) => void;

/** Records hits that passed the intake. */
export interface HitRecorder {
  /** @throws HitError `spool_full`; then nothing was recorded, and `done` is not called */
  record(hit: Hit, done: Recorded): void;
}

/**
 * Passes each hit to the enabled trackers: it is first made durable, then counted, then acknowledged. So live counts
 * contain exactly the acknowledged hits, and a crash between the steps loses nothing.
 */
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

  /** Bots are stored, not counted. */
  #count(hit: Hit, done: Recorded): void {
    const seen = hit.bot === '' ? this.#live?.track(hit) : undefined;
    if (seen instanceof Promise) seen.then((later) => done(undefined, later));
    else done(undefined, seen);
  }
}
