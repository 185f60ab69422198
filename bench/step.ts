import { Bench as Timing } from 'tinybench';

/** Number of operations timed together: a single one is shorter than the clock's resolution. */
export const AT_ONCE = 1000;

/** A small operation for each hit, or for each query. */
export interface Step {
  readonly name: string;
  /** Does it that many times: 1, or `AT_ONCE`. */
  readonly times: number;
  readonly run: () => void | Promise<void>;
}

export interface StepTime {
  readonly name: string;
  /** Of one operation. */
  readonly nanoseconds: number;
  /** Relative margin of error, in percent. */
  readonly margin: number;
}

/** Milliseconds for which this thread had a processor: not longer if other programs use the machine, too. */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Times steps one after another. @param now the clock, in milliseconds. Default: the time that passes */
export async function timeSteps(
  steps: readonly Step[],
  quick: boolean,
  now: () => number = () => performance.now(),
): Promise<StepTime[]> {
  const timing = new Timing({ time: quick ? 100 : 1000, warmupTime: quick ? 50 : 250, throws: true, now });
  for (const { name, run } of steps) timing.add(name, run);
  await timing.run();
  return timing.tasks.map(({ name, result }, index) => {
    if (result.state !== 'completed') throw new Error(`${name} was not timed: ${result.state}`);
    const { mean, rme } = result.latency;
    return { name, nanoseconds: (mean * 1e6) / steps[index]!.times, margin: rme };
  });
}

/** Start of each run of a step over a list: each run takes the next `AT_ONCE`, cyclically. */
export function turns(length: number): () => number {
  let next = 0;
  return () => {
    const start = next;
    next = (next + AT_ONCE) % length;
    return start;
  };
}
