/**
 * What does it cost to rank ten million hits by the name of their source, compared with the source itself?
 *
 * `node bench/source-names.ts` generates hits of 10,000 sources inside the engine, checks that all variants give the same
 * answer, and prints the CPU time of each: the minimum of three runs, over all threads. Wall time says little on a busy
 * machine. `-- --rows N` generates another number of hits.
 */

import { parseArgs } from 'node:util';
import { Session } from 'chdb';
import { quote } from '../src/clickhouse/literals.ts';
import { sourceNameSql } from '../src/clickhouse/source-sql.ts';
import { SOURCES } from '../src/source/source-list.ts';
import { HOSTS } from '../test/fixtures/source-hosts.ts';
import { check } from './bench.ts';
import { table, whole } from './results.ts';

const DISTINCT = 10_000;
const RUNS = 3;
const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000000' } } });

const engine = new Session();
fill(Number(values.rows));

const name = sourceNameSql('source');
const pattern = patternSql('source');
const groups = 'SELECT source, count() AS hits, max(visitor) AS newest FROM hits GROUP BY source';
const ranked = 'GROUP BY name ORDER BY hits DESC, name LIMIT 100';
const ofGroups = (expression: string) => `SELECT name, sum(hits) AS hits, max(newest)
  FROM (SELECT ${expression} AS name, hits, newest FROM (${groups})) ${ranked}`;
const ofRows = (expression: string) =>
  `SELECT ${expression} AS name, count() AS hits, max(visitor) FROM hits ${ranked}`;
/** Filters that first find the sources of a name. An array, since otherwise the engine would name each row after all. */
const chosen = `SELECT text FROM (SELECT arrayJoin(groupUniqArray(source)) AS text FROM hits)
  WHERE ${sourceNameSql('text')} = 'Facebook'`;

const answer = engine.query(ofRows(name));
const rows = [
  timed('ranked by the source itself', ofRows('source'), undefined),
  timed('by name: keys, groups of a source', ofGroups(name), answer),
  timed('by name: keys, each hit', ofRows(name), answer),
  timed('by name: a pattern for each host, groups', ofGroups(pattern), answer),
  timed(
    'filtered by name: the sources first',
    `SELECT count() FROM hits WHERE source IN (${chosen})`,
    undefined,
  ),
  timed('filtered by name: each hit', `SELECT count() FROM hits WHERE ${name} = 'Facebook'`, undefined),
];
check(rows[4]?.[2] === rows[5]?.[2], 'a filter selects different hits');
console.log(
  table(
    ['variant', 'CPU ms', ''],
    rows.map(([variant = '', ms = '']) => [variant, ms, '']),
  ),
);
engine.close();

function timed(variant: string, statement: string, expected: string | undefined): string[] {
  let least = Number.POSITIVE_INFINITY;
  let found = '';
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    found = engine.query(statement);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  check(expected === undefined || found === expected, `${variant} gives a different answer`);
  return [variant, whole(least), found];
}

/** Hits of many sources, few of them frequent: alternately a listed and an unlisted one. */
function fill(count: number): void {
  const known = HOSTS.filter((host) => /^[a-z0-9._-]+$/.test(host));
  const sources = Array.from({ length: DISTINCT }, (_, place) =>
    place % 2 === 0 ? known[(place * 31) % known.length]! : `www${place % 7}.site${place}.example`,
  );
  engine.query(
    'CREATE TABLE hits (source LowCardinality(String), visitor UInt64) ENGINE = MergeTree ORDER BY ()',
  );
  engine.query(`INSERT INTO hits
    WITH [${sources.map(quote).join(', ')}] AS sources
    SELECT sources[1 + toUInt32(pow((cityHash64(number) % 1000003) / 1000003, 3) * ${DISTINCT})], cityHash64(number) % 3000000
    FROM numbers(${count}) SETTINGS max_query_size = 10000000`);
  engine.query('OPTIMIZE TABLE hits FINAL');
}

/** The alternative: a CASE with a regular expression for each host, longest first, since aws.amazon.com is not Amazon. */
function patternSql(column: string): string {
  const hosts = SOURCES.flatMap(({ name, hosts }) => hosts.map((host) => ({ name, host })));
  hosts.sort((one, other) => other.host.length - one.host.length);
  const cases = hosts.map(({ name, host }) => {
    const whole = host.replace('=', '').replaceAll('.', '\\.').replace('*', '(?:com|(?:com?\\.)?[a-z]{2})');
    const pattern = host.startsWith('=') ? `^${whole}$` : `(?:^|\\.)${whole}$`;
    return `match(lower(${column}), ${quote(pattern)}), ${quote(name)}`;
  });
  const tags = SOURCES.flatMap(({ name, tags, ads }) => [...tags, ...ads].map((tag) => ({ name, tag })));
  const [spellings, named] = [tags.map(({ tag }) => quote(tag)), tags.map(({ name }) => quote(name))];
  return `multiIf(lower(${column}) = '', 'Direct', ${cases.join(', ')},
    transform(lower(${column}), [${spellings}], [${named}], lower(${column})))`;
}
