/**
 * Whatever happens to a store in whatever order, every query matches what was sent: hits, sites, late hits, imports,
 * deliveries out of order and repeated, purges, rollups, merges, failing statements and dying processes are generated at
 * random, and then all kinds of queries are compared with plain loops over the hits (test/reference/), once from hits and
 * once from rollups.
 *
 * `HIT_TEST_SEED` selects other sequences; `HIT_TEST_SHRINK` makes a failing one as short as possible.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareAll } from './fixtures/differential/all.ts';
import type { Ways } from './fixtures/differential/comparison.ts';
import { question } from './fixtures/differential/questions.ts';
import { course, courseText } from './fixtures/differential/steps.ts';
import { World } from './fixtures/differential/world.ts';
import { rounds } from './fixtures/rounds.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { StatementFaults } from './fixtures/statement-faults.ts';

const RUNS = rounds(400, 1, 5);
const SEED = Number(process.env.HIT_TEST_SEED ?? 5);
const SHRINKS = process.env.HIT_TEST_SHRINK !== undefined;
test('every query matches what was sent, whatever happened', {
  timeout: scaledTimeout(3_600_000),
}, async (t) => {
  const ways: Ways = { hits: 0, rollups: 0, purged: 0 };
  using faults = new StatementFaults();
  await fc.assert(
    fc.asyncProperty(course, fc.array(question, { minLength: 6, maxLength: 8 }), async (drawn, questions) => {
      const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
      try {
        await using world = await World.open(folder, drawn, faults);
        for (const [number, step] of drawn.steps.entries()) {
          await world.take(step, number);
          if (step.do === 'ask') await compareAll(world, questions.slice(0, 3), drawn.anchors, ways);
        }
        await compareAll(world, questions, drawn.anchors, ways);
      } finally {
        faults.lift();
        rmSync(folder, { recursive: true });
      }
    }),
    {
      ...{ seed: SEED, numRuns: RUNS, endOnFailure: !SHRINKS },
      reporter: (details) => {
        if (!details.failed) return;
        const [drawn] = details.counterexample!;
        const path = `seed ${details.seed}, path ${details.counterexamplePath}`;
        throw new Error(`${path}\n${courseText(drawn)}`, { cause: details.errorInstance });
      },
    },
  );
  t.diagnostic(`answers: ${JSON.stringify(ways)}`);
  for (const [way, count] of Object.entries(ways)) assert.ok(count > 0, `no answer from ${way}`);
});
