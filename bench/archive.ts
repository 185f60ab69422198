/**
 * What remains when twelve of thirteen months are archived and purged: answers, disk space, memory?
 *
 * The real program does all of it, on generated hits. The same reports before and after must have the same hits, with and
 * without the archive; an export must have each hit, and take as much memory for all as for a tenth of them.
 */
import { createReadStream, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, check } from './bench.ts';
import { DAYS, END, GeneratedHits } from './generated-hits.ts';
import { CLI, run } from './program.ts';
import { below, type Findings, megabytes, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';

const HITS = 10_000_000;
const QUICK_HITS = 500_000;
const PAGES = 50_000;
const DAY = 86_400_000;
/** Days that stay in the store. */
const KEPT = 30;
/** If memory does not depend on the number of hits, it is the same for ten times as many, within random variation. */
const MOST_GROWTH = 1.15;
const LINE_END = 10;

interface Answer {
  readonly totals: { readonly hits: number };
  readonly series: readonly { readonly time: string; readonly hits: number }[];
  readonly tops: Readonly<Record<string, readonly { readonly value: string; readonly hits: number }[]>>;
}

/** Reports whose hits must not change. */
const REPORTS = [
  ['--interval', 'month'],
  ['--interval', 'day', '--timezone', 'Asia/Kathmandu'],
  ['--interval', 'week', '--by', 'referrer', '--limit', '100'],
];

export const archive: Bench = async ({ quick, log }) => {
  using scratch = new Scratch();
  const data = scratch.path('data');
  const place = scratch.path('archive');
  log('making hits');
  const hits = await fill(join(data, 'store'), quick ? QUICK_HITS : HITS);
  const program = (command: string, ...args: string[]) =>
    run(process.execPath, [CLI, command, '--data-dir', data, ...args]);
  const report = async (...args: string[]) =>
    hitsOf(JSON.parse((await program('report', '--json', ...args)).stdout));
  const reports = async (...args: string[]) => {
    const answers: string[] = [];
    for (const words of REPORTS) answers.push(await report(...words, ...args));
    return answers;
  };

  const answers = await reports();
  log('exporting');
  const file = scratch.path('hits.csv');
  const tenth = new Date(END * DAY - (DAYS / 10) * DAY).toISOString();
  const some = await program('export', '--output', file, '--from', tenth);
  const part = (await linesOf(file)) - 1;
  const all = await program('export', '--output', file);
  check((await linesOf(file)) - 1 === hits.people, `the export has not each of ${hits.people} hits`);
  rmSync(file);

  const bytesBefore = sizeOf(data);

  log('archiving');
  const age = Math.floor(Date.now() / DAY - END) + KEPT;
  const archived = await program('archive', '--to', place, '--older-than', `${age}d`, '--json');
  const summary: { rows: number; days: number } = JSON.parse(archived.stdout);
  const purged = await program('purge', '--keep-hits', `${age}d`, '--json');
  check(/"hits":\[\]/.test(purged.stdout), `the purge found hits that were archived: ${purged.stdout}`);
  const same = (given: readonly string[], how: string) =>
    check(given.join() === answers.join(), `reports ${how} the archive have other hits`);
  same(await reports(), 'without');
  same(await reports('--archive', place), 'with');
  const after = { bytes: sizeOf(data), archive: sizeOf(place) };

  return {
    question: 'what remains when twelve of thirteen months are archived and purged?',
    body: [
      `${whole(hits.all)} hits of ${DAYS} days and three sites. Reports by month, by day in Kathmandu and by week, with rankings, have the same hits before and after, with the archive and without it.`,
      table(
        ['', 'before', 'after'],
        [
          ['data folder', megabytes(bytesBefore), megabytes(after.bytes)],
          ['archive', '', megabytes(after.archive)],
          [
            'bytes a hit',
            ratio(bytesBefore / hits.all),
            `${ratio(after.archive / summary.rows)} in the archive`,
          ],
        ],
      ),
      `To archive ${whole(summary.rows)} hits of ${whole(summary.days)} sites’ days took ${whole(archived.seconds)} s, with each file read back; to export ${whole(hits.people)} hits as CSV ${whole(all.seconds)} s.`,
      table(
        ['export as CSV', 'memory at its peak'],
        [
          [`${whole(part)} hits`, megabytes(some.peakBytes ?? Number.NaN)],
          [`${whole(hits.people)} hits`, megabytes(all.peakBytes ?? Number.NaN)],
        ],
      ),
    ],
    goals:
      all.peakBytes === undefined || some.peakBytes === undefined
        ? []
        : [
            below(
              'memory of an export of ten times as many hits',
              MOST_GROWTH,
              all.peakBytes / some.peakBytes,
              ratio,
            ),
          ],
    versions: [],
  } satisfies Findings;
};

async function fill(folder: string, hits: number): Promise<{ all: number; people: number }> {
  await using made = await GeneratedHits.open(folder, END);
  await made.fill(hits, PAGES, () => undefined);
  const [all = 0, people = 0] = await made.numbers("SELECT count(), countIf(bot = '') FROM hits");
  return { all, people };
}

/** The part of an answer that must stay the same: all but visitors, which may be estimates. */
function hitsOf({ totals, series, tops }: Answer): string {
  return JSON.stringify([
    totals.hits,
    series.map(({ time, hits }) => [time, hits]),
    Object.entries(tops).map(([by, rows]) => [by, rows.map(({ value, hits }) => [value, hits])]),
  ]);
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function linesOf(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    for (const byte of chunk as Buffer) lines += Number(byte === LINE_END);
  }
  return lines;
}
