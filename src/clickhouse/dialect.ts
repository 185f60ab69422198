/**
 * How tables are laid out on a ClickHouse server. The files of `schema/` and `queries/` use `{{placeholders}}` where
 * dialects differ; each dialect is an object with their values (clickhouse/template.ts).
 *
 * - `SINGLE`: one server, or the embedded engine.
 * - `clusterOf(…)`: each table is a replicated table on every shard, `hits_local`, and a distributed table over them, `hits`,
 *   which queries and inserts name. A batch of hits is stored whole on one shard, chosen by its id, so it is atomic, as on
 *   a single server. Visitor cells are sharded by site. All other data is small and stored on the first shard: rollups and
 *   their watermarks must be one part. A batch is on most replicas when it is acknowledged, and reads use a replica that has
 *   it. If too few replicas answered, it is sent again, and the statement leaves out what it finds in the table; for what it does
 *   not find yet, see docs/scale.md.
 * - `CLOUD`: ClickHouse Cloud replicates by itself, stores its data elsewhere, and does not support disk settings.
 */
import type { ClickHouseSettings } from '@clickhouse/client';
import { quote } from './literals.ts';

/** Values of the placeholders in SQL, by name. Arguments are those of the placeholder: `{{local:hits}}`. */
export interface Placeholders {
  /** `{{local:hits}}`: the table that holds the rows. Statements that change tables or query system tables name it. */
  local(table: string): string;
  /** `{{on_cluster}}`: follows the name of each table that a statement creates, changes or drops. */
  on_cluster(): string;
  /** `{{engine:ReplacingMergeTree, end}}`: the engine of a table that holds rows, and its parameters. */
  engine(name: string, ...parameters: string[]): string;
  /** `{{system:parts}}`: a system table, of all shards. A server's system tables describe only its own tables. */
  system(table: string): string;
  /** `{{database}}`: the name of the database, in queries of system tables. */
  database(): string;
  /** `{{cluster}}`: its name; only within `{{#cluster}}…{{/cluster}}`. */
  cluster(): string;
  /** `{{mutations_sync}}`: waits until a mutation is done, on all replicas. */
  mutations_sync(): string;
}

/** Sections of schema steps, `{{#section}}…{{/section}}`; other dialects omit them. */
interface Sections {
  /** Distributed tables over the local tables of the shards. */
  readonly cluster: boolean;
  /** Disk settings. */
  readonly disk_settings: boolean;
}

export interface Dialect {
  readonly kind: 'single' | 'cloud' | 'cluster';
  /** Settings of every statement. */
  readonly settings: ClickHouseSettings;
  readonly sections: Sections;
  readonly placeholders: Placeholders;
}

/** Statements are already batches, and are acknowledged when they are complete. */
const SYNCED = { async_insert: 0 } satisfies ClickHouseSettings;
const CONSISTENT = { ...SYNCED, select_sequential_consistency: '1' } satisfies ClickHouseSettings;
/** Suffix of the tables on the shards of a cluster. */
const LOCAL = '_local';
/**
 * A replicated table is found by its name, not by `{uuid}`: a CREATE that is repeated for a server that was down would get
 * another UUID, and that server would have a separate table.
 */
const REPLICA = ["'/clickhouse/tables/{shard}/{database}/{table}'", "'{replica}'"];

export const SINGLE: Dialect = {
  kind: 'single',
  settings: SYNCED,
  sections: { cluster: false, disk_settings: true },
  placeholders: {
    local: (table) => table,
    on_cluster: () => '',
    engine: (name, ...parameters) => (parameters.length === 0 ? name : `${name}(${parameters.join(', ')})`),
    system: (table) => `system.${table}`,
    database: () => 'currentDatabase()',
    cluster: () => '',
    mutations_sync: () => '1',
  },
};

export const CLOUD: Dialect = {
  kind: 'cloud',
  settings: CONSISTENT,
  sections: { cluster: false, disk_settings: false },
  placeholders: SINGLE.placeholders,
};

/** @param name of the cluster, as its servers are configured */
export function clusterOf(name: string, database: string): Dialect {
  const cluster = quote(name);
  return {
    kind: 'cluster',
    settings: {
      ...CONSISTENT,
      insert_quorum: 'auto',
      insert_quorum_parallel: 0,
      distributed_foreground_insert: 1,
      distributed_product_mode: 'global',
      // The sharding key applies to rows selected from hits too: otherwise each shard would keep its own.
      parallel_distributed_insert_select: '0',
      alter_sync: '2',
    },
    sections: { cluster: true, disk_settings: true },
    placeholders: {
      local: (table) => table + LOCAL,
      on_cluster: () => `ON CLUSTER ${cluster}`,
      engine: (engine, ...parameters) => `Replicated${engine}(${[...REPLICA, ...parameters].join(', ')})`,
      // One replica of each shard.
      system: (table) => `cluster(${cluster}, system.${table})`,
      // On these servers, the default database may be another one.
      database: () => quote(database),
      cluster: () => cluster,
      mutations_sync: () => '2',
    },
  };
}

/** The name by which statements know a table that holds rows: `hits` of `hits_local`. */
export function tableOf(local: string): string {
  return local.endsWith(LOCAL) ? local.slice(0, -LOCAL.length) : local;
}
