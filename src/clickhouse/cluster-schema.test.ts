/** The schema of a cluster, and checks for what the author of a step might forget. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Session } from 'chdb';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { clusterOf, type Dialect, SINGLE, tableOf } from './dialect.ts';
import { historyStatements, type Migration, migrations } from './sql.ts';

const CLUSTER = clusterOf('main', 'hits');

test('a cluster has each schema change on all servers, in the local and in the distributed tables', () => {
  checkCluster(migrations);
});

describe('a schema step', () => {
  const things = `CREATE TABLE IF NOT EXISTS {{local:things}} {{on_cluster}} (name String)
    ENGINE = {{engine:MergeTree}} ORDER BY name;
    {{#cluster}}CREATE TABLE IF NOT EXISTS things {{on_cluster}} AS {{local:things}}
    ENGINE = Distributed({{cluster}}, {{database}}, {{local:things}}, 0);{{/cluster}}`;
  const local = (column: string) => `ALTER TABLE {{local:things}} {{on_cluster}} ADD COLUMN ${column};`;
  const over = (column: string) =>
    `{{#cluster}}ALTER TABLE things {{on_cluster}} ADD COLUMN ${column};{{/cluster}}`;
  const create = 'CREATE TABLE IF NOT EXISTS';

  test('that adds a column to both tables of a cluster passes', (t) => {
    checkCluster(stepsOf(t, [things, `${local('size UInt8')}\n${over('size UInt8')}`]));
  });

  const differs = /things differs from things_local/;
  const WRONG: readonly [does: string, step: string, fault: RegExp][] = [
    ['adds a column only to the local table', local('size UInt8'), differs],
    ['adds a column only to the distributed table', over('size UInt8'), differs],
    ['adds different columns to the two tables', `${local('size UInt8')}\n${over('size UInt16')}`, differs],
    ['drops one of the two tables', 'DROP TABLE IF EXISTS things {{on_cluster}};', differs],
    ['adds a column on only one server', 'ALTER TABLE things ADD COLUMN size UInt8;', /not ON CLUSTER/],
    ['empties a table on only one server', 'TRUNCATE TABLE {{local:things}};', /not ON CLUSTER/],
    [
      'deletes from the distributed table',
      'ALTER TABLE things {{on_cluster}} DELETE WHERE true;',
      /rows are in the tables of the shards/,
    ],
    [
      'creates a table on only one server',
      `${create} more (name String) ENGINE = {{engine:MergeTree}} ORDER BY name;`,
      /not ON CLUSTER/,
    ],
    [
      'creates a table without replication',
      `${create} more {{on_cluster}} (name String) ENGINE = MergeTree ORDER BY name;`,
      /no engine of a cluster/,
    ],
    [
      'creates only the local table',
      `${create} {{local:more}} {{on_cluster}} (name String) ENGINE = {{engine:MergeTree}} ORDER BY name;`,
      /more differs from more_local/,
    ],
  ];
  for (const [does, step, fault] of WRONG) {
    test(`that ${does} is detected`, (t) => {
      assert.throws(() => checkCluster(stepsOf(t, [things, step])), fault);
    });
  }
});

/**
 * Checks schema steps as for a cluster: the tables that each statement names, and, by running them, that after each step the
 * distributed tables have the columns of the local ones. There is no cluster here, so the engine gets plain tables, and a
 * distributed table is an empty one.
 */
function checkCluster(stepsIn: (dialect: Dialect) => readonly Migration[]): void {
  for (const text of historyStatements(CLUSTER)) checkStatement(text);
  for (const text of stepsIn(CLUSTER).flatMap(({ statements }) => statements)) checkStatement(text);
  const placeholders = { ...CLUSTER.placeholders, on_cluster: () => '', engine: SINGLE.placeholders.engine };
  const engine = new Session();
  try {
    for (const { name, statements } of stepsIn({ ...CLUSTER, placeholders })) {
      for (const statement of statements) engine.query(statement.replace(/Distributed\(.*\)/, 'Null'));
      const columns = columnsIn(engine);
      for (const table of new Set(Array.from(columns.keys(), tableOf))) {
        const [over, local] = [columns.get(table), columns.get(CLUSTER.placeholders.local(table))];
        assert.deepEqual(over, local, `after step ${name}, ${table} differs from ${table}_local`);
      }
    }
  } finally {
    engine.close();
  }
}

function checkStatement(text: string): void {
  if (/^\s*INSERT/.test(text)) return;
  assert.match(text, /^\s*[A-Z ]+? \w+ ON CLUSTER 'main'(\s|$)/, `not ON CLUSTER: ${text}`);
  if (/^\s*CREATE/.test(text)) {
    assert.match(text, /ENGINE = (Replicated\w*MergeTree|Distributed)\(/, `no engine of a cluster: ${text}`);
  }
  const isOfColumns = /\b(ADD|DROP|RENAME|MODIFY) COLUMN\b/.test(text);
  if (/^\s*(ALTER|TRUNCATE)/.test(text) && !isOfColumns) {
    assert.match(text, /TABLE \w+_local /, `rows are in the tables of the shards: ${text}`);
  }
}

/** The columns of each table: names, types and defaults, in order. */
function columnsIn(engine: Session): Map<string, unknown> {
  const text = engine.query(`
    SELECT table, groupArray((name, type, default_kind, default_expression)) AS columns
    FROM (SELECT * FROM system.columns WHERE database = currentDatabase() ORDER BY table, position)
    GROUP BY table
    FORMAT JSONEachRow`);
  const rows = text.split('\n').filter((line) => line !== '');
  return new Map(
    rows.map((row) => {
      const { table, columns } = JSON.parse(row) as { table: string; columns: unknown };
      return [table, columns];
    }),
  );
}

/** Schema steps for a test. */
function stepsOf(t: TestContext, texts: readonly string[]): (dialect: Dialect) => Migration[] {
  const folder = temporaryFolder(t);
  for (const [i, text] of texts.entries()) writeFileSync(join(folder, `000${i + 1}_test.sql`), text);
  return (dialect) => migrations(dialect, pathToFileURL(`${folder}/`));
}
