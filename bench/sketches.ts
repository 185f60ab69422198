/**
 * What does each step of a hit cost, and what do the sketches save compared with a Set, npm's sketches and Redis?
 *
 * Each step is timed alone, so that a regression in one is visible here before it is lost in the total.
 */

import { BloomFilter } from '../src/sketch/bloom.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import type { Bench } from './bench.ts';
import { type CounterFinding, compareCounters, compareFilters, type FilterFinding } from './comparison.ts';
import { hitSteps, NOW } from './hit-steps.ts';
import { versionOf } from './program.ts';
import { Redis } from './redis.ts';
import { below, type Goal, megabytes, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { exactSteps, hashesOf, idsOf, questionSteps, updateSteps } from './sketch-steps.ts';
import { type StepTime, timeSteps } from './step.ts';
import { weigh } from './weight.ts';

const VISITORS = 1_000_000;
const QUICK_VISITORS = 100_000;
/** One of npm's takes a fifth of a millisecond per id. */
const COMPARED = 100_000;
const QUICK_COMPARED = 10_000;

export const sketches: Bench = async ({ quick, log }) => {
  const hashes = hashesOf(quick ? QUICK_VISITORS : VISITORS);
  const visitors = whole(hashes.high.length);
  log(`weighing ${visitors} visitors`);
  const set = weigh(() => new Set(idsOf(hashes))).bytes;
  const map = weigh(() => new Map(idsOf(hashes).map((id) => [id, NOW]))).bytes;

  log('timing each step');
  const steps = [
    ...(await hitSteps()),
    ...updateSteps(hashes),
    ...questionSteps(hashes),
    ...exactSteps(hashes),
  ];
  const times = await timeSteps(steps, quick);

  const compared = quick ? QUICK_COMPARED : COMPARED;
  log(`counting ${whole(compared)} visitors in other ways`);
  using scratch = new Scratch();
  await using redis = await Redis.start(scratch);
  if (!redis) log('redis-server is not installed, and left out');
  const filters = await compareFilters(compared, quick);
  const counters = await compareCounters(compared, redis, quick);
  return {
    question: 'what does each step of a hit cost?',
    body: [
      `One step, alone, on one core; sketches that have seen ${visitors} visitors, and a Set and a Map of as many.`,
      timesTable(times),
      `Memory for ${visitors} visitors:`,
      memoryTable(hashes.high.length, set, map),
      `Counting distinct visitors: ${whole(compared)} ids of 36 characters, each counted in this run. The HyperLogLogs have 16,384 registers, with a standard error of 0.81 %; that of Hit Tracker's table is 1.01 %, for every window at once where the others have one count for all time. Redis is queried over a socket on the same machine, and its time includes the round trip.`,
      countersTable(counters),
      `Is this visitor new: filters sized for ${whole(compared)} visitors and 0.54 % of false "seen", filled with as many.`,
      filtersTable(filters),
    ],
    goals: goalsOf(times, counters),
    versions: redis ? [versionOf('redis-server', '--version')] : [],
  };
};

function timesTable(times: readonly StepTime[]): string {
  return table(
    ['step', 'ns', 'a second', 'margin'],
    times.map(({ name, nanoseconds, margin }) => [
      name,
      nanosecondsText(nanoseconds),
      whole(1e9 / nanoseconds),
      `±${ratio(margin)} %`,
    ]),
  );
}

function memoryTable(visitors: number, setBytes: number, mapBytes: number): string {
  const row = (question: string, exact: string, exactBytes: number, sketch: string, bytes: number) => [
    question,
    `${exact}, ${megabytes(exactBytes)}`,
    `${sketch}, ${megabytes(bytes)}`,
    ratio(exactBytes / bytes),
  ];
  return table(
    ['question', 'exact', 'sketch', 'times less'],
    [
      row('is this visitor new?', 'Set', setBytes, 'Bloom filter', BloomFilter.for(visitors).bytes),
      row(
        'who came in the last minute, hour, day?',
        'Map',
        mapBytes,
        'last-seen',
        new LastSeenSketch().bytes,
      ),
    ],
  );
}

function countersTable(counters: readonly CounterFinding[]): string {
  return table(
    ['counter', 'ns an id', 'error', 'bytes', 'ns a count'],
    counters.map(({ name, addNanoseconds, error, bytes, countNanoseconds }) => [
      name,
      nanosecondsText(addNanoseconds),
      percent(error),
      whole(bytes),
      nanosecondsText(countNanoseconds),
    ]),
  );
}

function filtersTable(filters: readonly FilterFinding[]): string {
  return table(
    ['filter', 'ns an id', 'false "seen"', 'bytes'],
    filters.map(({ name, addNanoseconds, falseSeen, bytes }) => [
      name,
      nanosecondsText(addNanoseconds),
      percent(falseSeen),
      whole(bytes),
    ]),
  );
}

function goalsOf(times: readonly StepTime[], counters: readonly CounterFinding[]): Goal[] {
  const timeOf = (step: string) => times.find(({ name }) => name === step)!.nanoseconds;
  const show = (nanoseconds: number) => `${nanosecondsText(nanoseconds)} ns`;
  return [
    below('from an id of 36 characters to an updated table', 150, counters[0]!.addNanoseconds, show),
    below('a hashed visitor to an updated table', 10, timeOf('last-seen: add'), show),
    below('visitors of a window', 200_000, timeOf('last-seen: estimate'), show),
    below('merge of two tables', 200_000, timeOf('last-seen: merge'), show),
  ];
}

function nanosecondsText(nanoseconds: number): string {
  return nanoseconds < 100 ? ratio(nanoseconds) : whole(nanoseconds);
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}
