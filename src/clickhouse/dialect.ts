/**
 * How tables lie on a ClickHouse server. The schema and the queries are written for one server; for others this changes
 * their words, and no query knows.
 *
 * - `single`: as they are written.
 * - `cluster`: every table is a replicated one on each shard, `hits_local`, and a distributed one over them, `hits`, that
 *   all statements name. A batch of hits lies on one shard as a whole, chosen by its number, so that it is there or not, as
 *   on one server. Cells of visitors are spread by site. All else is small, and lies on the first shard: rollups and their
 *   marks must be one part. A batch is on most replicas when it is acknowledged, and is looked for on one that has it; if
 *   too few answered, it comes again, and ClickHouse leaves out a block that its table has had (insert_deduplicate).
 * - `cloud`: ClickHouse Cloud replicates by itself, keeps its data elsewhere, and knows no settings for disks.
 */
import type { ClickHouseSettings } from '@clickhouse/client';
import { quote } from './literals.ts';

export type Dialect =
  | { readonly kind: 'single' }
  | { readonly kind: 'cloud' }
  | { readonly kind: 'cluster'; readonly cluster: string; readonly database: string };

/** What of a table chooses its shard; of those that are not named, all is on the first one. */
const SHARDING: Readonly<Record<string, string>> = {
  hits: 'cityHash64(batch)',
  hit_counts: 'cityHash64(batch)',
  last_seen: 'cityHash64(site)',
};
const FIRST_SHARD = '0';

const SYNCED: ClickHouseSettings = {
  // Statements are batches already, and are answered when they are done.
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
    // Rows go where the sharding says, also those that come from hits: else each shard would keep its own.
    parallel_distributed_insert_select: '0',
    alter_sync: '2',
  };
}

/** A statement of the schema as this layout has it: one, several, or none. */
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
    // Which columns there are is also a matter of the table over all shards; how they are packed is not.
    const columns = /\b(ADD|DROP|RENAME) COLUMN\b/.test(statement);
    return columns ? [...changed, statement.replace(/\bALTER TABLE (\w+)/, `ALTER TABLE $1 ${on}`)] : changed;
  }
  const local = statement
    .replace(/CREATE TABLE IF NOT EXISTS (\w+)/, `CREATE TABLE IF NOT EXISTS $1_local ${on}`)
    .replace(/ENGINE = (\w*MergeTree)(?:\((.*)\))?/, (_, engine: string, args?: string) => {
      // By name, not by {uuid}: a CREATE that is carried out again, for a server that was down, would have another one, and
      // that server would keep a table of its own.
      const place = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";
      return `ENGINE = Replicated${engine}(${args === undefined ? place : `${place}, ${args}`})`;
    });
  const sharding = SHARDING[created] ?? FIRST_SHARD;
  const parts = [quote(layout.cluster), quote(layout.database), `${created}_local`, sharding];
  const over = `CREATE TABLE IF NOT EXISTS ${created} ${on} AS ${created}_local ENGINE = Distributed(${parts.join(', ')})`;
  return [local, over];
}

/** Any other statement as this layout has it. */
export function statementFor(layout: Dialect, text: string): string {
  if (layout.kind !== 'cluster') return text;
  const on = `ON CLUSTER ${quote(layout.cluster)}`;
  const changed = text
    .replace(/\b(ALTER|TRUNCATE) TABLE (\w+)/g, `$1 TABLE $2_local ${on}`)
    .replace(/\bmutations_sync = 1\b/, 'mutations_sync = 2');
  if (!/\bFROM system\./.test(changed)) return changed;
  // What a server knows of its own tables: asked of one replica of each shard.
  return (
    changed
      .replaceAll(/\bFROM system\.(\w+)/g, `FROM cluster(${quote(layout.cluster)}, system.$1)`)
      // There, another database may be the one that nobody named.
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
