/** Visitor counters compared: time, error, size. */

import { setImmediate as turn } from 'node:timers/promises';
import { owned } from '../src/cache/memo.ts';
import { falseSeenRateAt } from '../src/sketch/bloom-size.ts';
import { check } from './bench.ts';
import {
  type Counter,
  exactSet,
  type Filter,
  filterOfBloomFilters,
  filterOfMnemonist,
  hyperLogLogLite,
  hyperLogLogOfBloomFilters,
  hyperLogLogOfRedis,
  lastSeen,
  splitBlocks,
} from './counters.ts';
import type { Redis } from './redis.ts';
import { AT_ONCE, type Step, timeSteps, turns } from './step.ts';
import { weigh } from './weight.ts';

/** Ours when full; the others are sized for the same. */
const BITS_PER_VISITOR = 12;

export interface CounterFinding {
  readonly name: string;
  /** From an id to its updated counter. */
  readonly addNanoseconds: number;
  readonly countNanoseconds: number;
  /** Relative. */
  readonly error: number;
  readonly bytes: number;
}

export interface FilterFinding {
  readonly name: string;
  /** From an id to the answer, including the update. */
  readonly addNanoseconds: number;
  /** The share of new visitors that are mistaken for known ones, at the planned number. */
  readonly falseSeen: number;
  readonly bytes: number;
}

/**
 * Counts visitors with each.
 *
 * @param visitors a multiple of `AT_ONCE`
 * @throws Error if one is off by more than its bound
 */
export async function compareCounters(
  visitors: number,
  redis: Redis | undefined,
  quick: boolean,
): Promise<CounterFinding[]> {
  await turn();
  const weighed = [lastSeen, exactSet, hyperLogLogLite, hyperLogLogOfBloomFilters].map((make) => {
    const { thing, bytes } = weigh(() => filledCounter(make(), visitors));
    return { counter: thing, bytes };
  });
  if (redis) {
    const counter = hyperLogLogOfRedis(redis);
    for (const ids of idsOf('visitor', visitors)) await counter.add(ids);
    weighed.push({ counter, bytes: await counter.bytes!() });
  }

  const found: Omit<CounterFinding, 'addNanoseconds' | 'countNanoseconds'>[] = [];
  for (const { counter, bytes } of weighed) {
    const error = (await counter.count()) / visitors - 1;
    check(!(Math.abs(error) > counter.mostError!), `${counter.name} errs by ${error}`);
    found.push({ name: counter.name, error, bytes });
  }
  const ids = idsOf('visitor', visitors);
  const adds = await timeSteps(
    weighed.map(({ counter }) => addStep(counter, ids)),
    quick,
  );
  const counts = await timeSteps(
    weighed.map(({ counter: { name, count } }) => ({
      name,
      times: 1,
      run: async () => void (await count()),
    })),
    quick,
  );
  return found.map((finding, i) => ({
    ...finding,
    addNanoseconds: adds[i]!.nanoseconds,
    countNanoseconds: counts[i]!.nanoseconds,
  }));
}

/**
 * Detects new visitors with each.
 *
 * @param visitors a multiple of `AT_ONCE`
 * @throws Error if one forgets a visitor
 */
export async function compareFilters(visitors: number, quick: boolean): Promise<FilterFinding[]> {
  await turn();
  const rate = falseSeenRateAt(BITS_PER_VISITOR);
  const known = idsOf('visitor', visitors);
  const strangers = idsOf('stranger', visitors).flat();
  const found = [
    () => splitBlocks(visitors),
    () => filterOfBloomFilters(visitors, rate),
    () => filterOfMnemonist(visitors, rate),
  ].map((make) => {
    const { thing: filter, bytes } = weigh(() => {
      const empty = make();
      for (const ids of known) empty.add(ids);
      return empty;
    });
    check(known.flat().every(filter.has), `${filter.name} forgets`);
    return { filter, bytes, falseSeen: strangers.filter(filter.has).length / visitors };
  });
  const adds = await timeSteps(
    found.map(({ filter }) => addStep(filter, known)),
    quick,
  );
  return found.map(({ filter: { name }, bytes, falseSeen }, i) => {
    return { name, bytes, falseSeen, addNanoseconds: adds[i]!.nanoseconds };
  });
}

/** The ids are its own, as those of visitors are: a counter that keeps them pays for them. */
function filledCounter(counter: Counter, visitors: number): Counter {
  for (const ids of idsOf('visitor', visitors)) void counter.add(ids);
  return counter;
}

function addStep({ name, add }: Counter | Filter, ids: readonly string[][]): Step {
  const next = turns(ids.length * AT_ONCE);
  return { name, times: AT_ONCE, run: () => add(ids[next() / AT_ONCE]!) };
}

/** Ids of 36 characters, in lists of as many as are added at once. */
function idsOf(word: string, count: number): string[][] {
  const start = `${word}-`.padEnd(24, '0');
  // Flattens the string: a rope would become smaller when it is first read.
  const idOf = (i: number) => owned(start + String(i).padStart(12, '0'));
  return Array.from({ length: count / AT_ONCE }, (_, list) =>
    Array.from({ length: AT_ONCE }, (_, i) => idOf(list * AT_ONCE + i)),
  );
}
