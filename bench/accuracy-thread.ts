/** A thread that runs trials, one task after another. */

import { parentPort } from 'node:worker_threads';
import { runTrials, type Trial } from './accuracy-trials.ts';

/** Trials with consecutive seeds. */
export interface TrialTask {
  readonly trial: Trial;
  readonly firstSeed: number;
  readonly trials: number;
}

parentPort!.on('message', ({ trial, firstSeed, trials }: TrialTask) => {
  parentPort!.postMessage(runTrials(trial, firstSeed, trials));
});
