import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Session } from 'chdb';
import { serverAddress } from './address.ts';
import { type Dialect, schemaFor, statementFor } from './dialect.ts';
import { migrations, queryText } from './sql.ts';

const CLUSTER: Dialect = { kind: 'cluster', cluster: 'main', database: 'hits' };
const LAYOUTS: readonly Dialect[] = [{ kind: 'single' }, { kind: 'cloud' }, CLUSTER];
const DEPLOY = new URL('../../deploy/clickhouse/', import.meta.url);
/** What stands for the pieces that queries are given. */
const FRAGMENTS = { older: 'false', covered: 'false', month: '202601', which: 'false' };

describe('the layout of tables', () => {
  let engine: Session;
  before(() => {
    engine = new Session();
  });
  after(() => engine.close());

  /** What the engine makes of a statement, without carrying it out. */
  const explain = (statement: string) => engine.query(`EXPLAIN AST ${statement}`);

  for (const layout of LAYOUTS) {
    it(`of kind ${layout.kind} has a schema that the engine understands, statement by statement`, () => {
      const statements = migrations().flatMap(({ statements }) =>
        statements.flatMap((statement) => schemaFor(layout, statement)),
      );
      assert.ok(statements.length > 10);
      for (const statement of statements) {
        // Inserts are the same everywhere, and run in every other test.
        if (!/^\s*INSERT/.test(statement)) assert.match(explain(statement), /Query/, statement);
      }
    });

    it(`of kind ${layout.kind} has queries of its own tables that the engine understands`, () => {
      for (const name of [
        'purge_hits',
        'purge_rollups',
        'archive_delete',
        'archive_size',
        'storage_tables',
        'move_reach',
        'move_truncate_rollups',
      ]) {
        assert.match(explain(statementFor(layout, queryText(name, FRAGMENTS))), /Query/, name);
      }
    });
  }

  it('on a cluster has a replicated table on each shard, and one over all that has its name', () => {
    const [local, over] = schemaFor(
      CLUSTER,
      'CREATE TABLE IF NOT EXISTS hits (a Int8) ENGINE = MergeTree ORDER BY a',
    );
    assert.match(local!, /^CREATE TABLE IF NOT EXISTS hits_local ON CLUSTER 'main' \(a Int8\)/);
    assert.match(
      local!,
      /ENGINE = ReplicatedMergeTree\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{table\}', '\{replica\}'\) ORDER BY a/,
    );
    assert.equal(
      over,
      "CREATE TABLE IF NOT EXISTS hits ON CLUSTER 'main' AS hits_local ENGINE = Distributed('main', 'hits', hits_local, cityHash64(batch))",
    );
  });

  it('on a cluster leaves engines their own parameters, and small tables one shard', () => {
    const all = migrations().flatMap(({ statements }) =>
      statements.flatMap((text) => schemaFor(CLUSTER, text)),
    );
    const engines = all.map((text) => /ENGINE = (\w+)\((.*)\)/.exec(text)).filter((found) => found !== null);
    assert.ok(
      engines.some(
        ([, engine, args]) => engine === 'ReplicatedReplacingMergeTree' && args!.endsWith(', end'),
      ),
    );
    assert.ok(engines.every(([, engine]) => /^(Replicated\w*MergeTree|Distributed)$/.test(engine!)));
    assert.ok(engines.some(([, , args]) => args!.endsWith('rollups_local, 0')));
    // But for columns, which the tables over all shards have too.
    const changes = all.filter((text) => !/ADD COLUMN/.test(text));
    assert.ok(!changes.some((text) => /\b(ALTER|TRUNCATE) TABLE (?!\w+_local ON CLUSTER)/.test(text)));
  });

  it('on a cluster has a new column in both tables, and asks servers for the database by its name', () => {
    const added = schemaFor(CLUSTER, 'ALTER TABLE hits ADD COLUMN IF NOT EXISTS region String');
    assert.deepEqual(added, [
      "ALTER TABLE hits_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS region String",
      "ALTER TABLE hits ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS region String",
    ]);
    const asked = statementFor(CLUSTER, queryText('archive_size'));
    assert.match(asked, /cluster\('main', system\.parts\)/);
    assert.match(asked, /database = 'hits' AND table = 'hits_local'/);
  });

  it('in the cloud says nothing of disks', () => {
    const all = migrations().flatMap(({ statements }) =>
      statements.flatMap((text) => schemaFor({ kind: 'cloud' }, text)),
    );
    assert.ok(!all.some((text) => /fsync|old_parts_lifetime/.test(text)));
    assert.ok(all.some((text) => /SETTINGS index_granularity_bytes = 262144/.test(text)));
  });

  it('is told by the address of the server', () => {
    assert.deepEqual(serverAddress('clickhouses://u:p%40@h:8443/d'), {
      ...{ url: 'https://u:p%40@h:8443/d', layout: { kind: 'single' } },
    });
    assert.deepEqual(serverAddress('clickhouse://h/hits?cluster=main').layout, CLUSTER);
    assert.deepEqual(serverAddress('clickhouses://h/d?cloud'), {
      url: 'https://h/d',
      layout: { kind: 'cloud' },
    });
  });
});

describe('the statements for an administrator', () => {
  for (const file of readdirSync(DEPLOY)) {
    it(`in ${file} are ones that the engine understands`, () => {
      const engine = new Session();
      try {
        const text = readFileSync(new URL(file, DEPLOY), 'utf8').replaceAll(/^--.*$/gm, '');
        for (const statement of text.split(';').filter((each) => each.trim() !== '')) {
          assert.match(engine.query(`EXPLAIN AST ${statement}`), /Query|Grant|User/, statement);
        }
      } finally {
        engine.close();
      }
    });
  }
});
