/**
 * How long do queries over a hundred million hits take, and how much disk space do the hits need?
 *
 * `npm run bench:query` generates that many hits of thirteen months inside the engine, rolls them up as a server does, runs
 * typical queries, and writes the results to `bench/QUERY.md`. `-- --hits 10000000` generates fewer, and `--days 30` of fewer days; then it
 * writes nothing. `--folder F` keeps the hits, and reuses them the next time. `--visits` runs only the queries about visits, and `--rounds 5`
 * repeats those five times. It exits with 1 if an answer is wrong; a missed goal is not a failure.
 */

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Count } from '../src/query/counts.ts';
import { VISITORS_ERROR } from '../src/query/visitors.ts';
import { check } from './bench.ts';
import { DAYS, END, GeneratedHits } from './generated-hits.ts';
import { answer, answerOfHits, QUERIES, type Query } from './queries.ts';
import { circumstances, type Goal, median, milliseconds, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { measureVisitQueries, visitReport } from './visit-queries.ts';

const FILE = new URL('QUERY.md', import.meta.url);
const HITS = 100_000_000;
const PAGES = 50_000;
const DAY = 86_400_000;
const ROUNDS = 20;
const ROUNDS_OF_HITS = 3;
/** An estimate may be off by this many standard errors: one in 3 million is. */
const MOST_ERRORS = 5;

const OPTIONS = {
  hits: { type: 'string' },
  days: { type: 'string' },
  folder: { type: 'string' },
  visits: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '20' },
} as const;

interface Finding {
  readonly query: Query;
  readonly p50: number;
  readonly p95: number;
  /** Median milliseconds of the same query over raw hits. */
  readonly hits: number;
  /** The largest relative error among the answer's counts of visitors. */
  readonly error: number;
}

async function measure(made: GeneratedHits, query: Query): Promise<Finding> {
  const source = { store: made.store };
  const exact = await answerOfHits(source, query, made.end);
  const counts = await answer(source, query, made.end);
  const error = errorOf(counts, exact, query.name);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timed(() => answer(source, query, made.end)));
  const timesOfHits: number[] = [];
  for (let round = 0; round < ROUNDS_OF_HITS; round++) {
    timesOfHits.push(await timed(() => answerOfHits(source, query, made.end)));
  }
  times.sort((a, b) => a - b);
  return {
    query,
    p50: median(times),
    p95: times[Math.ceil(ROUNDS * 0.95) - 1]!,
    hits: median(timesOfHits),
    error,
  };
}

/** @returns the largest relative error of visitors; hits must be equal */
function errorOf(counts: readonly Count[], exact: readonly Count[], name: string): number {
  check(counts.length === exact.length, `${name}: ${counts.length} counts, not ${exact.length}`);
  const errors = counts.map(({ hits, visitors }, i) => {
    const wanted = exact[i]!;
    check(hits === wanted.hits, `${name}: ${hits} hits, not ${wanted.hits}`);
    // Rounding is off by at most a half.
    const most = MOST_ERRORS * VISITORS_ERROR * wanted.visitors + 1;
    check(
      Math.abs(visitors - wanted.visitors) <= most,
      `${name}: ${visitors} visitors, not ${wanted.visitors}`,
    );
    return wanted.visitors === 0 ? 0 : Math.abs(visitors / wanted.visitors - 1);
  });
  return Math.max(...errors);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The tables that hold hits, and what is computed from them, by what they are called here. */
const TABLES = { hits: 'hits', visits: 'visits', rollups: 'rollups', sketches: 'last_seen' } as const;
type Bytes = Readonly<Record<keyof typeof TABLES | 'all', number>>;
const MOST_BYTES = 20;

/** Bytes per hit on disk. */
async function bytesPerHit(made: GeneratedHits): Promise<Bytes> {
  const [count = 0] = await made.numbers('SELECT count() FROM hits');
  const of = async (table: string) => (await made.bytesOf(table)) / count;
  const [hits, visits, rollups, sketches] = [
    await of(TABLES.hits),
    await of(TABLES.visits),
    await of(TABLES.rollups),
    await of(TABLES.sketches),
  ];
  return { hits, visits, rollups, sketches, all: hits + visits + rollups + sketches };
}

function bytesReport({ hits, visits, rollups, sketches, all }: Bytes): string {
  return `A hit takes ${ratio(all)} bytes on disk: ${ratio(hits)} as a row, ${ratio(visits)} in its visit, ${ratio(rollups)} in the rollups, and ${ratio(sketches)} in the sketches of the live windows. The goal is at most ${MOST_BYTES}: ${all <= MOST_BYTES ? 'met' : '**not met**'}.`;
}

/** Bytes per hit of a month as a gzipped log. */
async function bytesOfLog(made: GeneratedHits, scratch: Scratch): Promise<number> {
  const file = scratch.path('access.log.gz');
  const from = made.end - 30 * DAY;
  const text = readFileSync(new URL('access-log.sql', import.meta.url), 'utf8').replaceAll(/^--.*\n/gm, '');
  const values: Record<string, string | number> = { file, from, to: made.end };
  await made.run(text.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => String(values[name])));
  const [logged = 0] = await made.numbers(
    `SELECT count() FROM hits WHERE time >= fromUnixTimestamp64Milli(${from})`,
  );
  return statSync(file).size / logged;
}

function report(
  findings: readonly Finding[],
  bytes: Bytes,
  log: number,
  hits: number,
  ofVisits: string,
): string {
  const rows = findings.map(({ query, p50, p95, hits, error }) => [
    query.name,
    milliseconds(p50),
    milliseconds(p95),
    milliseconds(hits),
    `${ratio(hits / p50)} ×`,
    error === 0 ? 'exact' : `${(100 * error).toFixed(2)} %`,
  ]);
  const goals: Goal[] = [
    ...findings.map(({ query, p95 }) => ({
      aim: `${query.name}: p95 < ${query.goal} ms`,
      measured: milliseconds(p95),
      met: p95 < query.goal,
    })),
    {
      aim: 'bytes per hit, relative to the gzipped log ≤ 0.33',
      measured: ratio(bytes.hits / log),
      met: bytes.hits / log <= 1 / 3,
    },
  ];
  return `${[
    '# Queries over periods',
    `\`npm run bench:query\` makes ${whole(hits)} hits of ${DAYS} days and three sites, ${whole(PAGES)} pages, rolls them up, and queries all sites together. Each answer is compared with the same counts from raw hits (\`uniqExact\`); hits must be equal. The error is the largest of all counts of visitors in the answer; ${(100 * VISITORS_ERROR).toFixed(2)} % is its standard error.`,
    table(['query', 'p50', 'p95', 'of hits', 'faster', 'error of visitors'], rows),
    `${bytesReport(bytes)} As a gzipped access log line it takes ${ratio(log)} bytes.`,
    table(
      ['goal', 'measured', ''],
      goals.map(({ aim, measured, met }) => [aim, measured, met ? 'met' : '**not met**']),
    ),
    ofVisits,
    circumstances([]),
  ].join('\n\n')}\n`;
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const hits = Number(values.hits ?? HITS);
  const days = Number(values.days ?? DAYS);
  if (!Number.isInteger(days) || days < 1)
    throw new Error(`--days: "${values.days}" is not a number of days`);
  if (!Number.isInteger(hits) || hits < days)
    throw new Error(`--hits: "${values.hits}" is not a number of hits`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: "${values.rounds}" is not a number of rounds`);
  using scratch = new Scratch();
  const folder = values.folder ?? scratch.path('data');
  const isMade = existsSync(join(folder, 'store'));
  await using made = await GeneratedHits.open(join(folder, 'store'), END);
  if (!isMade) {
    const start = performance.now();
    const onDay = (day: number) => {
      const seconds = whole((performance.now() - start) / 1000);
      if (day % 30 === 0) console.error(`query: ${day} of ${days} days are made and rolled up, ${seconds} s`);
    };
    await made.fill(hits, PAGES, onDay, days);
  }
  const visits = async () => {
    await made.rollups.visits.catchUp();
    const since = `site = 'a.example' AND time >= fromUnixTimestamp64Milli(${made.end - 30 * DAY})`;
    const [own = 0] = await made.numbers(`SELECT count() FROM hits WHERE ${since}`);
    return visitReport(await measureVisitQueries(made, rounds), whole(own));
  };
  if (values.visits) {
    console.log([await visits(), bytesReport(await bytesPerHit(made)), circumstances([])].join('\n\n'));
    return;
  }
  // As a server does at startup.
  await made.rollups.rollUp();
  const findings: Finding[] = [];
  for (const query of QUERIES) {
    const finding = await measure(made, query);
    console.error(
      `query: ${query.name}: p95 ${milliseconds(finding.p95)}, of hits ${milliseconds(finding.hits)}`,
    );
    findings.push(finding);
  }
  const [count = 0] = await made.numbers('SELECT count() FROM hits');
  const log = await bytesOfLog(made, scratch);
  const ofVisits = await visits();
  const text = report(findings, await bytesPerHit(made), log, count, ofVisits);
  console.log(text);
  if (hits >= HITS && days === DAYS) writeFileSync(FILE, text);
  else console.error('fewer hits or days: bench/QUERY.md is not changed');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
