/**
 * How tables are laid out on a ClickHouse server. The schema and the queries are written for a single server; this module
 * rewrites them for the other layouts, so queries do not depend on the layout.
 *
 * - `single`: statements stay unchanged.
 * - `cluster`: each table is a replicated table on every shard, `hits_local`, and a distributed table over them, `hits`,
 *   which all statements name. A batch of hits is stored whole on one shard, chosen by its id, so it is atomic, as on a
 *   single server. Visitor cells are sharded by site. All other data is small and stored on the first shard: rollups and
 *   their watermarks must be one part. A batch is on most replicas when it is acknowledged, and reads use a replica that has
 *   it. If too few replicas answered, it is sent again, and ClickHouse skips known blocks (insert_deduplicate).
 * - `cloud`: ClickHouse Cloud replicates by itself, stores its data elsewhere, and does not support disk settings.
 */
import type { ClickHouseSettings } from '@clickhouse/client';
import { quote } from './literals.ts';

export type Dialect =
  | { readonly kind: 'single' }
  | { readonly kind: 'cloud' }
  | { readonly kind: 'cluster'; readonly cluster: string; readonly database: string };

/** Sharding key of each table; tables that are not listed are stored on the first shard. */
const SHARDING: Readonly<Record<string, string>> = {
  hits: 'cityHash64(batch)',
  hit_counts: 'cityHash64(batch)',
  last_seen: 'cityHash64(site)',
};
const FIRST_SHARD = '0';

const SYNCED: ClickHouseSettings = {
  // Statements are already batches, and are acknowledged when they are complete.
  async_insert: 0,
};

/** Settings of every statement. */
export function settingsFor({ kind }: Dialect): ClickHouseSettings {
  if (kind === 'single') return SYNCED;
  const consistent = { ...SYNCED, select_sequential_consistency: '1' } satisfies ClickHouseSettings;
  if (kind === 'cloud') return consistent;
  return {
    ...consistent,
    insert_quorum: 'auto',
    insert_quorum_parallel: 0,
    distributed_foreground_insert: 1,
    distributed_product_mode: 'global',
    // The sharding key applies to rows selected from hits too: otherwise each shard would keep its own.
    parallel_distributed_insert_select: '0',
    alter_sync: '2',
  };
}

/** Rewrites a schema statement for a layout: into one statement, several, or none. */
export function schemaFor(layout: Dialect, statement: string): string[] {
  if (layout.kind === 'single') return [statement];
  if (layout.kind === 'cloud') return /MODIFY SETTING/.test(statement) ? [] : [withoutDisks(statement)];
  const dropped = /^\s*DROP TABLE IF EXISTS (\w+)/.exec(statement)?.[1];
  if (dropped !== undefined) {
    const gone = (table: string) => `DROP TABLE IF EXISTS ${table} ON CLUSTER ${quote(layout.cluster)}`;
    return [gone(dropped), gone(`${dropped}_local`)];
  }
  const created = /^\s*CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
  const on = `ON CLUSTER ${quote(layout.cluster)}`;
  if (created === undefined) {
    const changed = [statementFor(layout, statement)];
    // Column changes also apply to the distributed table; changes of compression do not.
    const columns = /\b(ADD|DROP|RENAME) COLUMN\b/.test(statement);
    return columns ? [...changed, statement.replace(/\bALTER TABLE (\w+)/, `ALTER TABLE $1 ${on}`)] : changed;
  }
  const local = statement
    .replace(/CREATE TABLE IF NOT EXISTS (\w+)/, `CREATE TABLE IF NOT EXISTS $1_local ${on}`)
    .replace(/ENGINE = (\w*MergeTree)(?:\((.*)\))?/, (_, engine: string, args?: string) => {
      // By name, not by {uuid}: a CREATE that is repeated for a server that was down would get another UUID, and that
      // server would have a separate table.
      const place = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";
      return `ENGINE = Replicated${engine}(${args === undefined ? place : `${place}, ${args}`})`;
    });
  const sharding = SHARDING[created] ?? FIRST_SHARD;
  const parts = [quote(layout.cluster), quote(layout.database), `${created}_local`, sharding];
  const over = `CREATE TABLE IF NOT EXISTS ${created} ${on} AS ${created}_local ENGINE = Distributed(${parts.join(', ')})`;
  return [local, over];
}

/** Rewrites any other statement for a layout. */
export function statementFor(layout: Dialect, text: string): string {
  if (layout.kind !== 'cluster') return text;
  const on = `ON CLUSTER ${quote(layout.cluster)}`;
  const changed = text
    .replace(/\b(ALTER|TRUNCATE) TABLE (\w+)/g, `$1 TABLE $2_local ${on}`)
    .replace(/\bmutations_sync = 1\b/, 'mutations_sync = 2');
  if (!/\bFROM system\./.test(changed)) return changed;
  // A server's system tables describe only its own tables: query one replica of each shard.
  return (
    changed
      .replaceAll(/\bFROM system\.(\w+)/g, `FROM cluster(${quote(layout.cluster)}, system.$1)`)
      // On these servers, the default database may be another one.
      .replaceAll('currentDatabase()', quote(layout.database))
      .replaceAll(/\btable = '(\w+)'/g, "table = '$1_local'")
  );
}

function withoutDisks(statement: string): string {
  const settings = /\n?SETTINGS\s+([\s\S]*)$/.exec(statement);
  if (!settings) return statement;
  const kept = settings[1]!.split(',').filter((setting) => !/fsync|old_parts_lifetime/.test(setting));
  const text = statement.slice(0, settings.index);
  return kept.length === 0 ? text : `${text}\nSETTINGS ${kept.map((setting) => setting.trim()).join(', ')}`;
}
