/** Counters of distinct visitors, and detectors of new ones: ours, npm's, a Set, and Redis. */

import bloomFilters from 'bloom-filters';
import createHyperLogLog from 'hyperloglog-lite';
import { BloomFilter as MnemonistFilter } from 'mnemonist';
import { KeyedHash } from '../src/hit/hash.ts';
import { BloomFilter } from '../src/sketch/bloom.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import { KEY, NOW } from './hit-steps.ts';
import type { Redis } from './redis.ts';

/** Registers of each HyperLogLog, as in Redis: a standard error of 0.81 %. */
const REGISTERS = 16_384;
const REDIS_ERROR = 0.0081;
const PIPELINE = 64;
/** An error beyond this many standard errors is a bug, not chance. */
const MOST_DEVIATIONS = 5;

/** Counts distinct visitors. */
export interface Counter {
  readonly name: string;
  /** Adds visitors by their ids. */
  readonly add: (ids: readonly string[]) => void | Promise<void>;
  readonly count: () => number | Promise<number>;
  /** The relative error beyond which it is broken. Other packages' errors are only reported. */
  readonly mostError?: number;
  /** Its size, if that cannot be measured in this process. */
  readonly bytes?: () => Promise<number>;
}

/** Reports whether a visitor is new, and remembers it. */
export interface Filter {
  readonly name: string;
  readonly add: (ids: readonly string[]) => void;
  readonly has: (id: string) => boolean;
}

export function lastSeen(): Counter {
  const hash = new KeyedHash(KEY);
  const sketch = new LastSeenSketch();
  return {
    name: 'Hit Tracker, any window',
    add(ids) {
      for (const id of ids) {
        const { high, low } = hash.digest(id);
        sketch.add(high, low, NOW, NOW);
      }
    },
    count: () => sketch.estimate(NOW - 1000).visitors,
    mostError: MOST_DEVIATIONS * sketch.estimate().error,
  };
}

export function exactSet(): Counter {
  const set = new Set<string>();
  return {
    name: 'Set',
    add(ids) {
      for (const id of ids) set.add(id);
    },
    count: () => set.size,
    mostError: 0,
  };
}

export function hyperLogLogLite(): Counter {
  const sketch = createHyperLogLog(Math.log2(REGISTERS));
  return {
    name: 'hyperloglog-lite',
    add(ids) {
      for (const id of ids) sketch.add(createHyperLogLog.hash(id));
    },
    count: () => sketch.count(),
  };
}

export function hyperLogLogOfBloomFilters(): Counter {
  const sketch = new bloomFilters.HyperLogLog(REGISTERS);
  return {
    name: 'bloom-filters HyperLogLog',
    add(ids) {
      for (const id of ids) sketch.update(id);
    },
    count: () => Math.round(sketch.count()),
  };
}

/** PFADD with one id each, 64 at once: like a server with 64 pending requests. */
export function hyperLogLogOfRedis(redis: Redis): Counter {
  const ask = async (...words: string[]) => (await redis.ask([words]))[0]!;
  return {
    name: `Redis PFADD, ${PIPELINE} pipelined`,
    async add(ids) {
      for (let i = 0; i < ids.length; i += PIPELINE) {
        await redis.ask(ids.slice(i, i + PIPELINE).map((id) => ['PFADD', 'visitors', id]));
      }
    },
    count: () => ask('PFCOUNT', 'visitors'),
    mostError: MOST_DEVIATIONS * REDIS_ERROR,
    bytes: () => ask('MEMORY', 'USAGE', 'visitors'),
  };
}

export function splitBlocks(expected: number): Filter {
  const hash = new KeyedHash(KEY);
  const filter = BloomFilter.for(expected);
  return {
    name: 'Hit Tracker',
    add(ids) {
      for (const id of ids) {
        const { high, low } = hash.digest(id);
        filter.testAndAdd(high, low);
      }
    },
    has(id) {
      const { high, low } = hash.digest(id);
      return filter.has(high, low);
    },
  };
}

/** @param rate of false positives */
export function filterOfBloomFilters(expected: number, rate: number): Filter {
  const filter = bloomFilters.BloomFilter.create(expected, rate);
  return filterOf(
    'bloom-filters BloomFilter',
    (id) => filter.has(id),
    (id) => filter.add(id),
  );
}

/** @param rate of false positives */
export function filterOfMnemonist(expected: number, rate: number): Filter {
  const filter = new MnemonistFilter({ capacity: expected, errorRate: rate });
  return filterOf(
    'mnemonist BloomFilter',
    (id) => filter.test(id),
    (id) => filter.add(id),
  );
}

/** For a package that tests and adds in two calls. */
function filterOf(name: string, has: (id: string) => boolean, add: (id: string) => void): Filter {
  return {
    name,
    add(ids) {
      for (const id of ids) {
        has(id);
        add(id);
      }
    },
    has,
  };
}
