/**
 * Are estimates of visitors as accurate as theory predicts, and unbiased?
 *
 * `npm run bench:accuracy` runs a thousand seeded trials of each kind on all cores, and writes the results to
 * `bench/ACCURACY.md`. It exits with 1 if a bound does not hold. `--trials 50` is fast, but fewer than a thousand show
 * little and are not written. The same seeds give the same figures on any machine.
 */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import type { TrialTask } from './accuracy-thread.ts';
import { type Moments, STREAMS, spreadOf, sumOf, type Trial } from './accuracy-trials.ts';
import { circumstances, table, whole } from './results.ts';

const FILE = new URL('ACCURACY.md', import.meta.url);
const TRIALS = 1000;
const TRIALS_PER_TASK = 25;
const VISITORS = [100, 10_000, 1_000_000];
const MOST_DEVIATION = 1.05;
const MOST_BIAS = 0.001;
/** Distance between the first seeds of two kinds of trials. */
const SEEDS_APART = 1_000_000;

interface Finding {
  readonly trial: Trial;
  readonly moments: Moments;
}

async function main(trials: number): Promise<void> {
  const kinds: Trial[] = VISITORS.flatMap((visitors) => STREAMS.map((stream) => ({ stream, visitors })));
  const tasks = kinds.flatMap((trial, kind) => tasksOf(trial, SEEDS_APART * kind, trials));
  const done = await runTasks(tasks);
  const findings = kinds.map((trial) => ({
    trial,
    moments: sumOf(done.filter(({ task }) => task.trial === trial).map(({ moments }) => moments)),
  }));
  const text = report(findings, trials);
  console.log(text);
  if (trials >= TRIALS) writeFileSync(FILE, text);
  else console.error(`fewer than ${whole(TRIALS)} trials: bench/ACCURACY.md is not changed`);
  if (!findings.every(({ moments }) => isGood(moments))) process.exitCode = 1;
}

function tasksOf(trial: Trial, firstSeed: number, trials: number): TrialTask[] {
  return Array.from({ length: Math.ceil(trials / TRIALS_PER_TASK) }, (_, i) => ({
    trial,
    firstSeed: firstSeed + i * TRIALS_PER_TASK,
    trials: Math.min(TRIALS_PER_TASK, trials - i * TRIALS_PER_TASK),
  }));
}

/** Runs tasks on all cores. Returns the results in the order of tasks, so that sums are reproducible. */
async function runTasks(tasks: readonly TrialTask[]): Promise<{ task: TrialTask; moments: Moments }[]> {
  const done: { task: TrialTask; moments: Moments }[] = [];
  let next = 0;
  let finished = 0;
  const work = async () => {
    const thread = new Worker(new URL('accuracy-thread.ts', import.meta.url));
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index]!;
      thread.postMessage(task);
      const [moments]: Moments[] = await once(thread, 'message');
      done[index] = { task, moments: moments! };
      process.stderr.write(`\r${whole((100 * ++finished) / tasks.length)} %`);
    }
    await thread.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  process.stderr.write('\n');
  return done;
}

function theory(): number {
  return new LastSeenSketch().estimate().error;
}

function isGood(moments: Moments): boolean {
  const { bias, deviation } = spreadOf(moments);
  return deviation <= MOST_DEVIATION * theory() && Math.abs(bias) < MOST_BIAS;
}

function report(findings: readonly Finding[], trials: number): string {
  const rows = findings.map(({ trial, moments }) => {
    const { bias, deviation } = spreadOf(moments);
    return [
      trial.stream,
      whole(trial.visitors),
      whole(moments.estimates),
      percent(deviation, 3),
      (deviation / theory()).toFixed(3),
      percent(bias, 4),
      isGood(moments) ? 'holds' : '**does not hold**',
    ];
  });
  return `# Accuracy of live visitors

\`npm run bench:accuracy\` reproduces all of this: ${whole(trials)} seeded trials of each kind, each with a last-seen table of
its own (4,096 columns, 24 ranks). Theory predicts a relative standard error of 0.649/√4096 = ${percent(theory(), 3)}. The aims
are a standard deviation of at most ${MOST_DEVIATION} times theory, and a bias (the mean of relative errors) below ${percent(MOST_BIAS, 1)}.

"All time" is a table that has seen each visitor once. The others are a window of 60 s that slides over a stream of
three minutes, 15 s at a time from its first full minute: nine estimates a trial. In the uniform stream all visitors are
equally likely, and half of them are in the window at a time; in the Zipf stream the i-th comes with a probability
proportional to 1/i.

${table(['stream', 'visitors', 'estimates', 'standard deviation', 'times theory', 'bias', 'aim'], rows)}

- The number of visitors is exact for all time; in a window it is about that, and each estimate is compared with the
  exact count of its own window.
- Visitors are seeded and well-mixed 64-bit numbers instead of keyed hashes of names.
- Windows begin at the edge of a tick. One that begins within a tick is shorter by the rest of it: up to 0.1 s.
- Estimates are taken before they are rounded to whole visitors, which adds up to half a visitor: 0.5 % of a hundred.
- Of few visitors the deviation is smaller than in theory, for they seldom fall into the same cell.

${circumstances([])}
`;
}

function percent(fraction: number, digits: number): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

function trialsFrom(args: string[]): number {
  const { values } = parseArgs({ args, options: { trials: { type: 'string', default: String(TRIALS) } } });
  const trials = Number(values.trials);
  if (Number.isInteger(trials) && trials >= 2) return trials;
  throw new Error(`--trials must be a whole number from 2, not ${values.trials}`);
}

try {
  await main(trialsFrom(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Other threads may still be running.
  process.exit(2);
}
