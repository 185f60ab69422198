/**
 * How fast is an access log imported and reported, how much memory does that take, and does a longer log take more?
 *
 * Compared with GoAccess, which reports on the same file in the same run. The whole program is timed, from start to end,
 * with the file in the page cache.
 */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogTotals, writeAccessLog } from './access-log.ts';
import { type Bench, check } from './bench.ts';
import { CLI, type Finished, findProgram, run, versionOf } from './program.ts';
import {
  atLeast,
  below,
  type Findings,
  type Goal,
  median,
  megabytes,
  ratio,
  table,
  whole,
} from './results.ts';
import { Scratch } from './scratch.ts';

const LINES = 1_000_000;
const QUICK_LINES = 100_000;
const ROUNDS = 3;
const SEED = 1;
/** Estimates are so many standard errors off at most. */
const STANDARD_ERRORS = 4;
const LEAST_SPEED_UP = 3;
const HOPED_SPEED_UP = 8;
const MOST_BYTES = 700e6;
/** If memory does not depend on the log, it is the same for a log twice as long, within random variation. */
const MOST_GROWTH = 1.15;
const GOACCESS_MISSING =
  'goaccess is not on the PATH and left out: apt-get install goaccess, or brew install goaccess';

interface Log {
  readonly path: string;
  readonly totals: LogTotals;
}

interface Contender {
  readonly name: string;
  /** Reads a log, and checks the result. */
  readonly read: (log: Log) => Promise<Finished>;
}

/** Medians over the runs of one contender with one log. */
interface Figures {
  readonly lines: number;
  readonly seconds: number;
  readonly peakBytes: number | undefined;
}

export const importLog: Bench = async ({ quick, log }) => {
  const lines = quick ? QUICK_LINES : LINES;
  const logs = [await accessLog(lines, log), await accessLog(2 * lines, log)];
  const contenders: Contender[] = [{ name: 'Hit Tracker', read: readByUs }];
  const goaccess = findProgram('goaccess');
  if (goaccess === undefined) log(GOACCESS_MISSING);
  else contenders.push({ name: 'GoAccess', read: (one) => readByGoAccess(goaccess, one) });

  const figures = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (const one of logs) {
    await readThrough(one.path);
    const runs = new Map<string, Finished[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      for (const { name, read } of contenders) {
        const finished = await read(one);
        log(`${name}, ${whole(one.totals.lines)} lines: ${finished.seconds.toFixed(1)} s`);
        runs.get(name)!.push(finished);
      }
    }
    for (const [name, finished] of runs) figures.get(name)!.push(figuresOf(one, finished));
  }
  return findings(figures);
};

/** Writes a log, or reuses that of an earlier run: it is kept in the folder for temporary files. */
async function accessLog(lines: number, log: (line: string) => void): Promise<Log> {
  const generator = readFileSync(new URL('access-log.ts', import.meta.url));
  const agents = readFileSync(new URL('user-agents.ts', import.meta.url));
  const digest = createHash('sha256').update(generator).update(agents).digest('hex').slice(0, 12);
  const path = join(tmpdir(), `hit-tracker-bench-${digest}-${lines}.log`);
  const totalsPath = `${path}.json`;
  if (!existsSync(path) || !existsSync(totalsPath)) {
    log(`writing ${path}`);
    const totals = await writeAccessLog(`${path}.new`, lines, SEED);
    renameSync(`${path}.new`, path);
    writeFileSync(totalsPath, JSON.stringify(totals));
  }
  return { path, totals: JSON.parse(readFileSync(totalsPath, 'utf8')) };
}

/** Brings it into the page cache, so that the disk is not measured. */
async function readThrough(path: string): Promise<void> {
  for await (const _ of createReadStream(path, { highWaterMark: 2 ** 20 }));
}

/** Imports into an empty store, and queries it by day. */
async function readByUs({ path, totals }: Log): Promise<Finished> {
  using data = new Scratch();
  const finished = await run(process.execPath, [CLI, 'import', '--json', '--data-dir', data.folder, path]);
  const { imported, failed }: { imported: number; failed: number } = JSON.parse(finished.stdout);
  check(imported === totals.lines && failed === 0, `${imported} of ${totals.lines} lines were imported`);
  await checkDays(data.folder, 'include', totals.perDay, totals.dailyVisitors);
  await checkDays(data.folder, 'exclude', totals.humanPerDay, totals.humanDailyVisitors);
  return finished;
}

/** The answer must match the log's writer to the last hit, and to the last visitor unless it says that it estimates them. */
async function checkDays(
  dataDir: string,
  bots: 'include' | 'exclude',
  perDay: LogTotals['perDay'],
  dailyVisitors: number,
): Promise<void> {
  const args = [CLI, 'report', '--json', '--interval', 'day', '--bots', bots, '--data-dir', dataDir];
  const {
    series,
    error = 0,
  }: { series: { time: string; hits: number; visitors: number }[]; error?: number } = JSON.parse(
    (await run(process.execPath, args)).stdout,
  );
  for (const { time, hits } of series) {
    const wanted = perDay[time.slice(0, 10)] ?? 0;
    check(hits === wanted, `${time} has ${hits} hits and not ${wanted}, bots: ${bots}`);
  }
  check(series.length === Object.keys(perDay).length, `there are ${series.length} days, bots: ${bots}`);
  const visitors = series.reduce((sum, day) => sum + day.visitors, 0);
  // Days are estimated independently, so the error of their sum is smaller.
  const most = (STANDARD_ERRORS * error * dailyVisitors) / Math.sqrt(series.length);
  const isRight = Math.abs(visitors - dailyVisitors) <= most;
  check(isRight, `days have ${visitors} visitors and not ${dailyVisitors}, bots: ${bots}`);
}

async function readByGoAccess(program: string, { path, totals }: Log): Promise<Finished> {
  using scratch = new Scratch();
  const report = scratch.path('report.json');
  const settings = ['--log-format=COMBINED', '--no-global-config', '--no-progress'];
  const finished = await run(program, [path, ...settings, '-o', report]);
  const { general }: { general: { valid_requests: number } } = JSON.parse(readFileSync(report, 'utf8'));
  check(
    general.valid_requests === totals.lines,
    `GoAccess read ${general.valid_requests} of ${totals.lines} lines`,
  );
  return finished;
}

function figuresOf({ totals }: Log, runs: readonly Finished[]): Figures {
  const peaks = runs.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    lines: totals.lines,
    seconds: median(runs.map(({ seconds }) => seconds)),
    peakBytes: peaks.length > 0 ? median(peaks) : undefined,
  };
}

const linesPerSecond = ({ lines, seconds }: Figures) => lines / seconds;

function findings(figures: ReadonlyMap<string, readonly Figures[]>): Findings {
  const ours = figures.get('Hit Tracker')!;
  const theirs = figures.get('GoAccess') ?? [];
  const rows = [...figures].flatMap(([name, each]) =>
    each.map((one) => [
      name,
      whole(one.lines),
      one.seconds.toFixed(2),
      whole(linesPerSecond(one)),
      one.peakBytes === undefined ? '–' : megabytes(one.peakBytes),
    ]),
  );
  return {
    question: 'how fast is an access log imported and reported?',
    body: [
      `A combined log of a month of ${whole(ours[0]!.lines)} lines, and one of twice as many. Seconds of the whole program: Hit Tracker stores every hit, GoAccess makes a report in JSON. Medians of alternating runs; after each run, the hits and visitors of each day matched the written log, with and without bots.`,
      table(['', 'lines', 'seconds', 'lines/s', 'most memory'], rows),
    ],
    goals: [...speedGoals(ours[0]!, theirs[0]), ...memoryGoals(ours[0]!, ours[1]!)],
    versions: theirs.length > 0 ? [versionOf('goaccess', '--version')] : [],
  };
}

function speedGoals(ours: Figures, theirs: Figures | undefined): Goal[] {
  if (!theirs) return [];
  const times = linesPerSecond(ours) / linesPerSecond(theirs);
  return [
    atLeast('lines/s, times GoAccess', LEAST_SPEED_UP, times, ratio),
    atLeast('lines/s, times GoAccess, hoped for', HOPED_SPEED_UP, times, ratio),
  ];
}

function memoryGoals({ peakBytes: once }: Figures, { peakBytes: twice }: Figures): Goal[] {
  if (once === undefined || twice === undefined) return [];
  return [
    below('most memory', MOST_BYTES, Math.max(once, twice), megabytes),
    below('memory for twice the lines, times that for once', MOST_GROWTH, twice / once, ratio),
  ];
}
