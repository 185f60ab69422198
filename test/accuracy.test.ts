import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runTrials, STREAMS, spreadOf } from '../bench/accuracy-trials.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import { onlyWithMoreRounds } from './fixtures/rounds.ts';

const TRIALS = 100;
const THEORY = new LastSeenSketch().estimate().error;

describe('the trials of the accuracy benchmark', () => {
  for (const stream of STREAMS) {
    for (const visitors of [100, 10_000]) {
      test(`of ${visitors} visitors (${stream}) have the error that theory predicts, without bias`, {
        skip: visitors > 100 && stream !== 'uniform' && onlyWithMoreRounds(),
      }, () => {
        const moments = runTrials({ stream, visitors }, 1, TRIALS);
        const { bias, deviation } = spreadOf(moments);
        // The deviation of 100 trials is itself uncertain by 7 %; that of few visitors is below theory.
        assert.ok(deviation < 1.05 * THEORY && deviation > 0.5 * THEORY, `deviates by ${deviation}`);
        assert.ok(Math.abs(bias) < (3 * THEORY) / Math.sqrt(TRIALS), `${bias} to one side`);
        assert.equal(moments.estimates, stream === 'all time' ? TRIALS : 9 * TRIALS);
      });
    }
  }

  test('are the same for the same seed, and different for another', () => {
    for (const stream of STREAMS) {
      const run = (seed: number) => runTrials({ stream, visitors: 1000 }, seed, 2);
      assert.deepEqual(run(7), run(7));
      assert.notDeepEqual(run(7), run(8));
    }
  });
});
