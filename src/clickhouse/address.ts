import { CLOUD, clusterOf, type Dialect, SINGLE } from './dialect.ts';

/**
 * Parses the address of a ClickHouse server: `clickhouse://user:password@host:8123/database`, or `clickhouses://` over
 * TLS; with `?cluster=name` for replicated tables on a cluster of that name, with `?cloud` for ClickHouse Cloud.
 *
 * @param setting an address that `readStore` of the settings accepted
 * @example
 * serverAddress('clickhouse://db/hits?cluster=main').dialect; // clusterOf('main', 'hits')
 */
export function serverAddress(setting: string): { readonly url: string; readonly dialect: Dialect } {
  const url = new URL(setting.replace(/^clickhouse(s?):/, 'http$1:'));
  const cluster = url.searchParams.get('cluster');
  const isCloud = url.searchParams.has('cloud');
  url.search = '';
  const database = decodeURIComponent(url.pathname.slice(1)) || 'default';
  if (cluster !== null) return { url: url.href, dialect: clusterOf(cluster, database) };
  return { url: url.href, dialect: isCloud ? CLOUD : SINGLE };
}
