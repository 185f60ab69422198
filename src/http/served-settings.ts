/** How long something is kept, of one site, or of all others where `site` is null. */
interface Kept {
  readonly site: string | null;
  /** `400d` or `forever`. */
  readonly age: string;
}

/** How a server is set, as far as that is no secret. */
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
  /** Bytes that may wait on disk. */
  readonly spool_max: number;
}
