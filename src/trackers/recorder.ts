import type { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import type { Dropped } from '../hit/intake.ts';
import type { Live, Seen } from '../live/live.ts';
import type { Spool } from '../spool/spool.ts';

/**
 * Told what became of a hit: why it was not taken, by a fault or since it was dropped after all, or else what the live
 * state says of it (undefined where none is kept).
 */
export type Recorded = (refusal: HitError | Dropped | undefined, seen: Seen | undefined) => void;

/** Takes hits that passed the intake. */
export interface HitRecorder {
  /** @throws HitError `spool_full`; nothing was taken then, and `done` is not called */
  record(hit: Hit, done: Recorded): void;
}

/**
 * Gives each hit to the trackers that were chosen: first it becomes durable, then it is counted, then it is
 * acknowledged. So live counts hold exactly what was acknowledged, and a crash between the two loses nothing.
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
