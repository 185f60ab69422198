/**
 * What does each step of a hit cost, and what do the sketches save beside a Set of all visitors?
 *
 * Each step is timed alone, so that a change which makes one dearer is seen here before it is lost in the whole.
 */

import { BloomFilter } from '../src/sketch/bloom.ts';
import { LastSeenSketch } from '../src/sketch/last-seen.ts';
import type { Bench } from './bench.ts';
import { hitSteps, NOW } from './hit-steps.ts';
import { megabytes, ratio, table, whole } from './results.ts';
import { exactSteps, hashesOf, idsOf, sketchSteps } from './sketch-steps.ts';
import { timeSteps } from './step.ts';
import { weightOf } from './weight.ts';

const VISITORS = 1_000_000;
const QUICK_VISITORS = 100_000;

export const sketches: Bench = async ({ quick, log }) => {
  const hashes = hashesOf(quick ? QUICK_VISITORS : VISITORS);
  const visitors = whole(hashes.high.length);
  log(`weighing ${visitors} visitors`);
  const setBytes = weightOf(() => new Set(idsOf(hashes)));
  const mapBytes = weightOf(() => new Map(idsOf(hashes).map((id) => [id, NOW])));
  const bloomBytes = BloomFilter.for(hashes.high.length).bytes;
  const seenBytes = new LastSeenSketch().bytes;

  log('timing each step');
  const times = await timeSteps(
    [...(await hitSteps()), ...sketchSteps(hashes), ...exactSteps(hashes)],
    quick,
  );
  return {
    question: 'what does each step of a hit cost?',
    body: [
      `One step, alone, on one core; sketches that have seen ${visitors} visitors, and a Set and a Map of as many.`,
      table(
        ['step', 'ns', 'a second', 'margin'],
        times.map(({ name, nanoseconds, margin }) => [
          name,
          whole(nanoseconds),
          whole(1e9 / nanoseconds),
          `±${ratio(margin)} %`,
        ]),
      ),
      `Memory for ${visitors} visitors:`,
      table(
        ['question', 'exact', 'sketch', 'times less'],
        [
          [
            'is this visitor new?',
            `Set, ${megabytes(setBytes)}`,
            `Bloom filter, ${megabytes(bloomBytes)}`,
            ratio(setBytes / bloomBytes),
          ],
          [
            'who came in the last minute, hour, day?',
            `Map, ${megabytes(mapBytes)}`,
            `last-seen, ${megabytes(seenBytes)}`,
            ratio(mapBytes / seenBytes),
          ],
        ],
      ),
    ],
    goals: [],
    versions: [],
  };
};
