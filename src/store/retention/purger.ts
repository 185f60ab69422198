import type { Rollups } from '../rollups.ts';
import { type Intermediate, settled } from '../settled.ts';
import type { Store } from '../store.ts';
import type { RetentionPolicy } from './policy.ts';
import { type Purged, purge } from './purge.ts';

export interface PurgerOptions extends Intermediate {
  readonly store: Store;
  readonly rollups: Pick<Rollups, 'rollUp' | 'watermarks'>;
  /** What holds where a purge is not told otherwise. */
  readonly policy: RetentionPolicy;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Purges a store, one time after another, when what was acknowledged is in it and rolled up.
 *
 * @example
 * const purger = new Purger({ store, spool, rollups, policy, now: Date.now });
 * await purger.run({ dryRun: true }); // { dry_run: true, hits: [{ site, before, rows, bytes }], rollups: [] }
 */
export class Purger {
  readonly #options: PurgerOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PurgerOptions) {
    this.#options = options;
  }

  /**
   * @param options `signal` ends the waiting for the store, and not what is being deleted
   * @throws HitError `store_unavailable`, `overloaded`, `interrupted`
   */
  run({
    policy,
    dryRun = false,
    signal,
  }: {
    policy?: Partial<RetentionPolicy>;
    dryRun?: boolean;
    signal?: AbortSignal;
  } = {}): Promise<Purged> {
    const turn = this.#turn.then(async () => {
      await settled(this.#options, signal);
      return this.#purge({ ...this.#options.policy, ...policy }, dryRun);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #purge(policy: RetentionPolicy, dryRun: boolean): Promise<Purged> {
    const { store, rollups, now } = this.#options;
    return purge({ store, rolledUp: () => rollups.watermarks() }, policy, now(), dryRun);
  }
}
