/** The server's answers about itself: the members that the page reads. */

/** How long data is kept; for all sites if `site` is null. */
interface Age {
  readonly site: string | null;
  /** Such as `400d` or `forever`. */
  readonly age: string;
}

export interface ServerSettings {
  readonly version: string;
  readonly trackers: readonly string[];
  readonly store: string | null;
  readonly identity: string;
  readonly durability: string;
  readonly trust_proxy: string;
  readonly rate_limit: string;
  readonly retention: {
    readonly hits: readonly Age[];
    readonly rollups: readonly Age[];
    readonly visits: readonly Age[];
    /** Sites exempt from purges; null while the store does not answer. */
    readonly exceptions: readonly { readonly site: string; readonly since: string }[] | null;
  };
  readonly salts: readonly { readonly day: string }[];
  readonly spool: { readonly bytes: number; readonly max: number } | null;
  readonly live: string | null;
  readonly peers: number;
  readonly ready: { readonly status: string };
  readonly uptime_seconds: number;
}

export interface Storage {
  readonly hits: { readonly rows: number; readonly bytes: number; readonly bytes_per_hit: number };
  readonly bytes: number;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[];
}

export type Scope = 'read' | 'write' | 'peer';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** The only sites that the token permits; null for all. */
  readonly sites: readonly string[] | null;
  readonly created: string;
  readonly used: string | null;
}
