import type { Ages } from '../settings/ages.ts';
import type { Store } from '../store/store.ts';
import { addExceptions, type RetentionException, readExceptions, withExemptions } from './exceptions.ts';
import { cutoffOf, type RetentionPolicy } from './policy.ts';

export interface RetentionOptions {
  readonly store: Store;
  readonly policy: RetentionPolicy;
  /** Ages of hits of scheduled purges that set their own. */
  readonly scheduled: readonly Ages[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a node keeps hits, given its policy, its scheduled purges and the exceptions of the store. */
export class Retention {
  readonly policy: RetentionPolicy;
  /** Each of them purges: a hit is kept only as long as all of them keep it. */
  readonly hitAges: readonly Ages[];
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.policy = options.policy;
    this.hitAges = [options.policy.hits, ...options.scheduled];
    this.#options = options;
  }

  /** @throws HitError `store_unavailable`, `overloaded` */
  exceptions(): Promise<RetentionException[]> {
    return readExceptions(this.#options.store);
  }

  /** Exempts sites from every later purge. @throws HitError `store_unavailable` */
  except(sites: readonly string[]): Promise<void> {
    return addExceptions(this.#options.store, sites, this.#options.now());
  }
}

/** Whether any age is finite. */
export function isLimited(ages: readonly Ages[]): boolean {
  return ages.some(({ default: age, bySite }) => [age, ...bySite.values()].some(Number.isFinite));
}

/**
 * The moment before which the next purges delete the hits of a site.
 *
 * @param ages ages of all purges
 * @param exceptions exempt sites
 * @returns milliseconds since 1970; 0 if everything is kept
 * @example
 * hitCutoff([readAges('forever')('400d', '--keep-hits')], [], 'example.com', Date.now()); // 400 days ago, at midnight
 */
export function hitCutoff(
  ages: readonly Ages[],
  exceptions: readonly string[],
  site: string,
  now: number,
): number {
  const cutoffs = ages.map((each) => {
    const { default: age, bySite } = withExemptions(each, exceptions);
    return cutoffOf(bySite.get(site) ?? age, now);
  });
  return Math.max(0, ...cutoffs);
}

/** Whether an age set for the site itself, which no exception overrides, is finite. */
export function isNamedLimited(ages: readonly Ages[], site: string): boolean {
  return ages.some(({ bySite }) => Number.isFinite(bySite.get(site)));
}
