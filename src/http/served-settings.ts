/** How long data is kept, for one site, or for all others if `site` is null. */
interface Kept {
  readonly site: string | null;
  /** `400d` or `forever`. */
  readonly age: string;
}

/** The settings of a server, without secrets. */
export interface ServedSettings {
  readonly version: string;
  readonly trackers: readonly string[];
  readonly store: 'embedded' | 'clickhouse' | null;
  readonly live: 'memory' | 'redis' | null;
  readonly identity: string;
  readonly durability: string;
  readonly trust_proxy: string;
  readonly rate_limit: string;
  readonly retention: { readonly hits: readonly Kept[]; readonly rollups: readonly Kept[] };
  /** Nodes whose live counts are added. */
  readonly peers: number;
  /** Limit of bytes that wait on disk. */
  readonly spool_max: number;
}
