import type { KeptAge, ServerSettings } from '../http/api/settings.ts';
import type { Ages } from '../settings/ages.ts';
import type { ServeValues } from './counting.ts';
import { version } from './version.ts';

/** How a server is set, for those who look after it: no address of another service, since that may hold a password. */
export function serverSettings(values: ServeValues): ServerSettings {
  const trackers = values.tracker!;
  const isLive = trackers.includes('simple') || trackers.includes('rate');
  return {
    version: version(),
    trackers,
    store: values.store === 'embedded' ? 'embedded' : 'clickhouse',
    identity: values.identity!,
    durability: values.durability!,
    trust_proxy: values['trust-proxy']!,
    rate_limit: values['rate-limit']!,
    retention: { hits: agesOf(values['keep-hits']!), rollups: agesOf(values['keep-rollups']!) },
    live: isLive ? (values.live === undefined ? 'memory' : 'redis') : null,
    peers: values.peers?.length ?? 0,
    spool_max: values['spool-max']!,
  };
}

function agesOf({ usual, bySite }: Ages): KeptAge[] {
  const text = (days: number) => (days === Number.POSITIVE_INFINITY ? 'forever' : `${days}d`);
  return [
    { site: null, age: text(usual) },
    ...Array.from(bySite, ([site, days]) => ({ site, age: text(days) })),
  ];
}
