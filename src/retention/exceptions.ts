/**
 * Sites whose hits, rollups and visits are kept regardless of the retention: an owner who imports old logs requests it with
 * `import --keep`, and every later purge honours it.
 *
 * An exception is stored in the table `horizons`, as the kind `kept`: it belongs to the store and not to a node, so every
 * node that purges a shared store knows it, and backups and moves include it. It does not apply if the policy names the
 * site itself (`--keep-hits 400d,example.com=2y`): the explicit age takes precedence.
 */
import type { Ages } from '../settings/ages.ts';
import type { Store } from '../store/store.ts';
import type { RetentionPolicy } from './policy.ts';

const KIND = 'kept';

/** A site that no purge touches, and since when: milliseconds since 1970. */
export interface RetentionException {
  readonly site: string;
  readonly since: number;
}

/** The exceptions of a store, by site. @throws HitError `store_unavailable`, `overloaded` */
export async function readExceptions(store: Store): Promise<RetentionException[]> {
  const rows = await store.rows<{ site: string; kind: string; seconds: string | number }>(
    'purge_horizons',
    {},
  );
  return rows
    .filter(({ kind }) => kind === KIND)
    .map(({ site, seconds }) => ({ site, since: Number(seconds) * 1000 }))
    .sort((a, b) => (a.site < b.site ? -1 : 1));
}

/**
 * Exempts sites from every later purge.
 *
 * @param now milliseconds since 1970
 * @throws HitError `store_unavailable`
 */
export async function addExceptions(store: Store, sites: readonly string[], now: number): Promise<void> {
  if (sites.length === 0) return;
  const seconds = sites.map(() => Math.floor(now / 1000));
  await store.execute('purge_insert_horizons', { kind: KIND, sites, seconds });
}

/** A policy that keeps excepted sites forever, except those that it names itself. */
export function withExceptions(policy: RetentionPolicy, sites: readonly string[]): RetentionPolicy {
  return {
    hits: withExemptions(policy.hits, sites),
    rollups: withExemptions(policy.rollups, sites),
    visits: withExemptions(policy.visits, sites),
  };
}

/** Ages in which excepted sites are kept forever, unless the ages name them. */
export function withExemptions({ default: age, bySite }: Ages, sites: readonly string[]): Ages {
  const kept = sites.map((site) => [site, Number.POSITIVE_INFINITY] as const);
  return { default: age, bySite: new Map([...kept, ...bySite]) };
}
