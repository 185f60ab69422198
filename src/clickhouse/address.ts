import type { Dialect } from './dialect.ts';

/**
 * Parses the address of a ClickHouse server: `clickhouse://user:password@host:8123/database`, or `clickhouses://` over
 * TLS; with `?cluster=name` for replicated tables on a cluster of that name, with `?cloud` for ClickHouse Cloud.
 *
 * @param setting an address that `readStore` of the settings accepted
 * @example
 * serverAddress('clickhouse://db/hits?cluster=main').layout; // { kind: 'cluster', cluster: 'main', database: 'hits' }
 */
export function serverAddress(setting: string): { readonly url: string; readonly layout: Dialect } {
  const url = new URL(setting.replace(/^clickhouse(s?):/, 'http$1:'));
  const cluster = url.searchParams.get('cluster');
  const isCloud = url.searchParams.has('cloud');
  url.search = '';
  const database = decodeURIComponent(url.pathname.slice(1)) || 'default';
  if (cluster !== null) return { url: url.href, layout: { kind: 'cluster', cluster, database } };
  return { url: url.href, layout: { kind: isCloud ? 'cloud' : 'single' } };
}
