import type { ServedSettings } from '../http/served-settings.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import { type Ages, ageText } from '../settings/ages.ts';
import { version } from '../settings/version.ts';
import type { ServeValues } from './options.ts';

/** The settings that a server reveals: no secrets, such as a URL with a password. */
export function servedSettings(values: ServeValues, policy: RetentionPolicy): ServedSettings {
  const trackers = values.tracker!;
  const isLive = trackers.some((name) => name === 'simple' || name === 'rate');
  const store = values.store === 'embedded' ? 'embedded' : 'clickhouse';
  return {
    version: version(),
    trackers,
    store: trackers.includes('db') ? store : null,
    live: isLive ? (values.live ? 'redis' : 'memory') : null,
    identity: values.identity!,
    durability: values.durability!,
    trust_proxy: values['trust-proxy']!,
    rate_limit: values['rate-limit']!,
    retention: {
      hits: agesOf(policy.hits),
      rollups: agesOf(policy.rollups),
      visits: agesOf(policy.visits),
    },
    peers: values.peers?.length ?? 0,
    spool_max: values['spool-max']!,
  };
}

function agesOf({ default: age, bySite }: Ages): { site: string | null; age: string }[] {
  const sites = Array.from(bySite, ([site, days]) => ({ site, age: ageText(days) }));
  return [{ site: null, age: ageText(age) }, ...sites];
}
