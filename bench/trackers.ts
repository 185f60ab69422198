/**
 * What does a hit cost in a program that counts with the trackers, beside the plain collections of JavaScript?
 *
 * A `Set` of names knows all that `SimpleTracker` does, and a `Map` of last times what `RateTracker` knows of visitors; both are
 * exact, and grow with each visitor. The collections get a finished text: for requests, building it is part of the hit.
 */
import { loadavg } from 'node:os';
import { owned } from '../src/cache/memo.ts';
import type { NodeRequest } from '../src/trackers/input.ts';
import { RateTracker } from '../src/trackers/rate.ts';
import { SimpleTracker } from '../src/trackers/simple.ts';
import { type Bench, check } from './bench.ts';
import { below, table, whole } from './results.ts';
import { AT_ONCE, processorTime, type Step, timeSteps, turns } from './step.ts';
import { weigh } from './weight.ts';

/** Of the time that a `Set` takes for the same. */
const MOST_TIMES = 3;
/** Relative error that a right tracker does not exceed. */
const MOST_ERROR = 0.05;

/** A way to count a visitor. */
interface Counting {
  readonly name: string;
  /** What it is given: a name, or a request. */
  readonly input: 'name' | 'request';
  track(index: number): void;
  visitors(): number;
}

export const trackers: Bench = async ({ quick, log }) => {
  const visitors = quick ? 100_000 : 1_000_000;
  const names = Array.from({ length: visitors }, (_, i) => owned(`visitor ${i}`));
  const requests = Array.from({ length: AT_ONCE * 10 }, (_, i) => requestOf(i));
  const countings = [...named(names), ...requested(requests)];
  const weights = countings.slice(0, 4).map((_, i) => {
    const { thing, bytes } = weigh(() => {
      const counting = named(names)[i]!;
      for (let visitor = 0; visitor < visitors; visitor++) counting.track(visitor);
      return counting;
    });
    const error = Math.abs(thing.visitors() / visitors - 1);
    check(error < MOST_ERROR, `${thing.name} counts ${thing.visitors()} of ${visitors} visitors`);
    return bytes;
  });
  for (const counting of countings.filter(({ input }) => input === 'request')) {
    for (let i = 0; i < requests.length; i++) counting.track(i);
    const error = Math.abs(counting.visitors() / requests.length - 1);
    check(
      error < MOST_ERROR,
      `${counting.name} counts ${counting.visitors()} of ${requests.length} requests`,
    );
  }
  const times = await timeSteps(
    countings.map((counting) => stepOf(counting, counting.input === 'name' ? visitors : requests.length)),
    quick,
    processorTime,
  );
  const rows = countings.map(({ name, input }, i) => {
    const { nanoseconds } = times[i]!;
    log(`${name}, a ${input}: ${whole(nanoseconds)} ns`);
    const bytes = weights[i];
    return [name, input, whole(nanoseconds), bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1)} MB`];
  });
  const timeOf = (name: string, input: Counting['input']) =>
    times[countings.findIndex((each) => each.name === name && each.input === input)]!.nanoseconds;
  const goals = (['name', 'request'] as const).map((input) =>
    below(
      `\`SimpleTracker\` / \`Set\`, a ${input}`,
      MOST_TIMES,
      timeOf('`SimpleTracker`', input) / timeOf('`Set`', input),
      (times) => times.toFixed(1),
    ),
  );
  return {
    question: 'What does a hit cost in a program, beside a `Set` and a `Map`?',
    body: [
      `Hits of ${whole(visitors)} named visitors, and of ${whole(requests.length)} clients by their requests; memory after each of the named ones came. Processor time of the thread; the load of the machine meanwhile was ${loadavg()[0]!.toFixed(1)}.`,
      table(['counter', 'given', 'ns a hit', 'memory'], rows),
    ],
    goals,
    versions: [],
  };
};

function named(names: readonly string[]): Counting[] {
  const set = new Set<string>();
  const map = new Map<string, number>();
  const simple = new SimpleTracker({ expectedVisitors: names.length });
  const rate = new RateTracker();
  return [
    { name: '`Set`', input: 'name', track: (i) => set.add(names[i]!), visitors: () => set.size },
    { name: '`Map`', input: 'name', track: (i) => map.set(names[i]!, Date.now()), visitors: () => map.size },
    {
      ...{ name: '`SimpleTracker`', input: 'name' },
      track: (i) => simple.track({ visitor: names[i]! }),
      visitors: () => simple.unique,
    },
    {
      ...{ name: '`RateTracker`', input: 'name' },
      track: (i) => rate.track({ visitor: names[i]! }),
      visitors: () => rate.rate({ seconds: 3600 }).visitors,
    },
  ];
}

function requested(requests: readonly NodeRequest[]): Counting[] {
  const set = new Set<string>();
  const simple = new SimpleTracker();
  const rate = new RateTracker();
  return [
    {
      ...{ name: '`Set`', input: 'request' },
      track: (i) => {
        const { socket, headers } = requests[i]!;
        set.add(`${socket?.remoteAddress}\n${headers['user-agent']}`);
      },
      visitors: () => set.size,
    },
    {
      ...{ name: '`SimpleTracker`', input: 'request' },
      track: (i) => simple.track(requests[i]!),
      visitors: () => simple.unique,
    },
    {
      ...{ name: '`RateTracker`', input: 'request' },
      track: (i) => rate.track(requests[i]!),
      visitors: () => rate.rate({ seconds: 3600 }).visitors,
    },
  ];
}

function stepOf({ name, input, track }: Counting, length: number): Step {
  const turn = turns(length);
  return {
    name: `${name}, a ${input}`,
    times: AT_ONCE,
    run: () => {
      const start = turn();
      for (let i = start; i < start + AT_ONCE; i++) track(i);
    },
  };
}

/** As Node parses it, of a client of its own. */
function requestOf(i: number): NodeRequest {
  return {
    method: 'GET',
    url: `/articles/${i % 100}`,
    headers: {
      host: 'example.com',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'accept-language': 'en-US,en;q=0.5',
      referer: 'https://example.com/',
    },
    socket: { remoteAddress: `10.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}` },
  };
}
