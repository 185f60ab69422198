/** Does live state grow with visitors? */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { plotOf } from './memory-plot.ts';
import type { Sample } from './memory-process.ts';
import { run } from './program.ts';
import { below, type Goal, megabytes, table, whole } from './results.ts';

const PROCESS = join(import.meta.dirname, 'memory-process.ts');
const PLOT = new URL('../docs/memory.svg', import.meta.url);
const VISITORS = [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];
const QUICK_VISITORS = [100_000, 300_000, 1_000_000];
/** V8 lets its young generation grow with garbage, to 67 MB here, whatever is retained. */
const YOUNG_MB = 8;
const MOST_GROWTH = 1.05;

export const memory: Bench = async ({ quick, log }) => {
  const visitors = quick ? QUICK_VISITORS : VISITORS;
  log('remembering visitors in live state');
  const live = await samplesOf('live', visitors);
  log('remembering them in a Set');
  const set = await samplesOf('set', visitors);
  if (!quick) writeFileSync(PLOT, plot(live, set));
  return {
    question: 'does live state grow with visitors?',
    body: [
      `Memory of a process that holds the live state of one site (totals, any window; a Bloom filter sized for a million visitors), and of one that holds a Set of their hashes in hexadecimal. Heap is memory in use without garbage, including arrays; RSS is the whole process, with a young generation of ${YOUNG_MB} MB. After each number the counts were right: the Set's exactly, an hour's hits exactly, its visitors within five standard errors.`,
      table(
        ['visitors', 'live state, heap', 'live state, RSS', 'Set, heap', 'Set, RSS'],
        live.map((sample, i) => [
          whole(sample.visitors),
          ...[sample, set[i]!].flatMap(({ heapBytes, rssBytes }) => [
            megabytes(heapBytes),
            megabytes(rssBytes),
          ]),
        ]),
      ),
      '![Memory by visitors](../docs/memory.svg)',
    ],
    goals: [growth('heap', live.map(heapOf)), growth('RSS', live.map(rssOf))],
    versions: [],
  };
};

async function samplesOf(kind: 'live' | 'set', visitors: readonly number[]): Promise<Sample[]> {
  const young = [`--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`];
  const { stdout } = await run(process.execPath, [...young, PROCESS, kind, ...visitors.map(String)]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
}

function growth(what: string, bytes: readonly number[]): Goal {
  const aim = `${what} of live state, most by least`;
  return below(aim, MOST_GROWTH, Math.max(...bytes) / Math.min(...bytes), (times) => times.toFixed(3));
}

function plot(live: readonly Sample[], set: readonly Sample[]): string {
  return plotOf('Memory: live state beside a Set of visitors', [
    { label: 'Set, RSS', look: 'exact', figure: rssOf, samples: set },
    { label: 'Set, heap', look: 'exact', figure: heapOf, samples: set },
    { label: 'Hit Tracker, RSS', look: 'ours', figure: rssOf, samples: live },
    { label: 'Hit Tracker, heap', look: 'ours', figure: heapOf, samples: live },
  ]);
}

function heapOf({ heapBytes }: Sample): number {
  return heapBytes;
}

function rssOf({ rssBytes }: Sample): number {
  return rssBytes;
}
