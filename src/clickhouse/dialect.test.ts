import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Session } from 'chdb';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { serverAddress } from './address.ts';
import { CLOUD, clusterOf, type Dialect, SINGLE, tableOf } from './dialect.ts';
import { withLiterals } from './literals.ts';
import { historyStatements, type Migration, migrations, queryText } from './sql.ts';

const CLUSTER = clusterOf('main', 'hits');
const DIALECTS = [SINGLE, CLOUD, CLUSTER];
const DEPLOY = new URL('../../deploy/clickhouse/', import.meta.url);
const QUERIES = new URL('./queries/', import.meta.url);
/** Values for the placeholders that callers fill. */
const FRAGMENTS = {
  ...{ older: 'false', covered: 'false', predicate: 'false' },
  ...{ month: '202601', batch: '1', table: 'hits', days: "[('a.com', today())]" },
  ...{ months: "[('a.com', today())]", prefix: "'k'" },
  ...{ gone: "site = 'a.com' AND batch <= 1", batches: '(toUInt64(1))' },
  ...{ site: "'a.com'", from: "'2026-01-01'", to: "'2026-02-01'" },
};
/** Queries that differ between dialects. */
const DIFFERENT = readdirSync(QUERIES)
  .map((file) => file.slice(0, -'.sql'.length))
  .filter((name) => DIALECTS.some((dialect) => queryText(name, {}, dialect) !== queryText(name, {}, SINGLE)));

const statementsOf = (dialect: Dialect, steps = migrations(dialect)) => [
  ...historyStatements(dialect),
  ...steps.flatMap(({ statements }) => statements),
];

/** Schema steps for a test. */
function stepsOf(t: TestContext, texts: readonly string[]): (dialect: Dialect) => Migration[] {
  const folder = temporaryFolder(t);
  for (const [i, text] of texts.entries()) writeFileSync(join(folder, `000${i + 1}_test.sql`), text);
  return (dialect) => migrations(dialect, pathToFileURL(`${folder}/`));
}

describe('a dialect', () => {
  let engine: Session;
  before(() => {
    engine = new Session();
  });
  after(() => engine.close());

  /** The engine's parse of a statement, without executing it. */
  const explain = (statement: string) => engine.query(`EXPLAIN AST ${statement}`);

  for (const dialect of DIALECTS) {
    it(`of kind ${dialect.kind} has a schema that the engine parses, statement by statement`, () => {
      const statements = statementsOf(dialect);
      assert.ok(statements.length > 10);
      for (const statement of statements) {
        assert.doesNotMatch(statement, /\{\{/);
        // Inserts are the same everywhere, and run in every other test.
        if (!/^\s*INSERT/.test(statement)) assert.match(explain(statement), /Query/, statement);
      }
    });

    it(`of kind ${dialect.kind} has queries that the engine parses`, () => {
      assert.ok(DIFFERENT.length > 20);
      for (const name of DIFFERENT) {
        const text = withLiterals(queryText(name, FRAGMENTS, dialect), { day: '2026-11-29', table: 'hits' });
        assert.doesNotMatch(text, /\{\{/, name);
        assert.match(explain(text), /Query/, name);
      }
    });
  }

  it('is derived from the server’s address', () => {
    const plain = serverAddress('clickhouses://u:p%40@h:8443/d');
    assert.equal(plain.url, 'https://u:p%40@h:8443/d');
    assert.equal(plain.dialect, SINGLE);
    const cloud = serverAddress('clickhouses://h/d?cloud');
    assert.equal(cloud.url, 'https://h/d');
    assert.equal(cloud.dialect, CLOUD);
    const { placeholders } = serverAddress('clickhouse://h/hits?cluster=main').dialect;
    assert.deepEqual([placeholders.cluster(), placeholders.database()], ["'main'", "'hits'"]);
  });

  it('of the cloud has no settings of disks', () => {
    const statements = statementsOf(CLOUD);
    assert.ok(!statements.some((text) => /fsync|old_parts_lifetime|MODIFY SETTING|free_disk/.test(text)));
    assert.ok(statements.some((text) => /SETTINGS index_granularity_bytes = 262144\s*$/.test(text)));
    assert.ok(statements.some((text) => /SETTINGS\s+merge_with_ttl_timeout = 3600\s*$/.test(text)));
  });

  it('is required by each query that differs, and by no other', () => {
    for (const file of readdirSync(QUERIES)) {
      const name = file.slice(0, -'.sql'.length);
      if (!DIFFERENT.includes(name)) queryText(name, FRAGMENTS);
      else assert.throws(() => queryText(name, FRAGMENTS), /give queryText the dialect of the connection/);
    }
  });

  it('expands placeholders in files, and not in arguments', () => {
    const text = queryText('purge_rollups', { older: "site = '{{on_cluster}} {{local:hits}}'" }, CLUSTER);
    assert.match(text, /AND site = '\{\{on_cluster\}\} \{\{local:hits\}\}'\n/);
  });

  it('refuses unknown placeholders and sections', (t) => {
    for (const text of ['SELECT {{what}}', '{{#what}}SELECT 1{{/what}}']) {
      assert.throws(() => stepsOf(t, [text])(SINGLE), { code: 'internal', message: /\{\{#?what\}\}/ });
    }
  });
});

describe('a cluster', () => {
  it('has a replicated table on each shard, and a distributed table with its name', () => {
    const statements = statementsOf(CLUSTER);
    const [local, over] = statements.filter((text) => /CREATE TABLE IF NOT EXISTS hits(_local)? /.test(text));
    assert.match(local!, /^\s*CREATE TABLE IF NOT EXISTS hits_local ON CLUSTER 'main'\s/);
    assert.match(
      local!,
      /ENGINE = ReplicatedMergeTree\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{table\}', '\{replica\}'\)\n/,
    );
    assert.equal(
      over!.trim(),
      "CREATE TABLE IF NOT EXISTS hits ON CLUSTER 'main' AS hits_local\nENGINE = Distributed('main', 'hits', hits_local, cityHash64(batch))",
    );
  });

  it('keeps the parameters of engines, and puts small tables on one shard', () => {
    const statements = statementsOf(CLUSTER);
    const engines = statements.flatMap((text) =>
      [/ENGINE = (\w+)\((.*)\)/.exec(text) ?? []].filter(({ length }) => length > 0),
    );
    const has = (name: string, end: string) =>
      engines.some(([, engine, list]) => engine === name && list!.endsWith(end));
    assert.ok(has('ReplicatedReplacingMergeTree', "'{replica}', end"));
    assert.ok(has('Distributed', 'rollups_local, 0'));
    assert.ok(has('Distributed', 'last_seen_local, cityHash64(site)'));
  });

  it('queries all servers for their parts, and names the database', () => {
    const text = queryText('archive_size', {}, CLUSTER);
    assert.match(text, /FROM cluster\('main', system\.parts\)/);
    assert.match(text, /database = 'hits' AND table = 'hits_local'/);
    assert.equal(tableOf('hits_local'), 'hits');
    assert.equal(tableOf('hits'), 'hits');
  });

  it('has no query that changes or reads only one server', () => {
    for (const file of readdirSync(QUERIES)) {
      const text = queryText(file.slice(0, -'.sql'.length), FRAGMENTS, CLUSTER);
      assert.doesNotMatch(text, /(FROM|JOIN) system\.|currentDatabase\(\)/, file);
      assert.doesNotMatch(text, /\b(ALTER|TRUNCATE) TABLE (?!\w+_local ON CLUSTER 'main')/, file);
    }
  });

  it('waits for a mutation on all replicas', () => {
    assert.match(
      queryText('purge_hits', FRAGMENTS, CLUSTER),
      /ALTER TABLE hits_local ON CLUSTER 'main' DELETE/,
    );
    assert.match(queryText('purge_hits', FRAGMENTS, CLUSTER), /SETTINGS mutations_sync = 2/);
  });
});

/** The privileges that statements need, by their first words. */
const NEEDED: readonly (readonly [begins: RegExp, privilege: string])[] = [
  [/^CREATE TABLE /, 'CREATE TABLE'],
  [/^DROP TABLE /, 'DROP TABLE'],
  [/^TRUNCATE TABLE /, 'TRUNCATE'],
  [/^INSERT INTO /, 'INSERT'],
  [/^(SELECT|WITH)\s/, 'SELECT'],
  [/^ALTER TABLE \w+\s(ON CLUSTER 'main')?\s*(ADD|MODIFY|DROP) COLUMN /, 'ALTER COLUMN'],
  [/^ALTER TABLE \w+\s(ON CLUSTER 'main')?\s*MODIFY SETTING\s/, 'ALTER SETTINGS'],
  [/^ALTER TABLE \w+\s(ON CLUSTER 'main')?\s*(DELETE|DROP PARTITION) /, 'ALTER DELETE'],
];

describe('the statements for an administrator', () => {
  for (const [file, dialect] of [
    ['user.sql', SINGLE],
    ['cluster-user.sql', CLUSTER],
  ] as const) {
    it(`in ${file} grant exactly the privileges that statements need`, () => {
      const granted = /GRANT (?:ON CLUSTER 'main' )?(.*) ON hits\.\*/.exec(
        readFileSync(new URL(file, DEPLOY), 'utf8'),
      );
      const texts = [
        ...statementsOf(dialect),
        ...DIFFERENT.map((name) => queryText(name, FRAGMENTS, dialect)),
      ];
      const needed = texts.map((text) => {
        const statement = text.replaceAll(/^--.*$/gm, '').trim();
        return NEEDED.find(([begins]) => begins.test(statement))?.[1] ?? statement;
      });
      assert.deepEqual(new Set(granted?.[1]?.split(', ')), new Set(needed));
    });
  }

  for (const file of readdirSync(DEPLOY)) {
    it(`in ${file} can be parsed by the engine`, () => {
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
