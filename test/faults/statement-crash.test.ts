/**
 * Every statement on the way of hits through the store fails once, or the process dies there: before, after, or during the
 * statement. Acknowledged hits are counted once all the same.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DrawnHit } from '../fixtures/differential/drawn-hit.ts';
import { compareLive, compareSites } from '../fixtures/differential/overview.ts';
import type { Course, Step } from '../fixtures/differential/steps.ts';
import { World } from '../fixtures/differential/world.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { type Fault, type FaultKind, StatementFaults } from '../fixtures/statement-faults.ts';
import { assertVisitsOf } from '../fixtures/visit-recount.ts';

const ANCHORS = [Date.UTC(2026, 0), Date.UTC(2026, 1), Date.UTC(2026, 2)];
const KINDS: readonly FaultKind[] = ['before', 'after', 'torn'];
const WAYS = KINDS.flatMap((kind) => [false, true].map((dies) => ({ kind, dies })));
const IS_WHOLE = rounds(1, 0) === 1;

function hitsOf(first: number): DrawnHit[] {
  return [0, 1, 2].flatMap((anchor) =>
    [-1, 0, 1].map((since, i) => ({
      ...{ at: { anchor, since }, site: i === 1 ? ('b.example' as const) : ('a.example' as const) },
      ...{ visitor: first + i, fields: { bot: i === 2 ? 'Googlebot' : '' } },
    })),
  );
}

const BEFORE: readonly Step[] = [
  { do: 'deliver', hits: hitsOf(2) },
  { do: 'add', spool: 0, hits: hitsOf(1) },
  { do: 'append', spool: 0, hits: hitsOf(0) },
];
/** Steps whose statements fail, and the steps before them. */
const STEPS: readonly Step[] = [
  { do: 'flush', spool: 0 },
  { do: 'deliver', hits: hitsOf(3) },
  { do: 'consume', batches: [hitsOf(1), hitsOf(2)] },
  { do: 'redeliver', which: 0 },
  { do: 'rollUp' },
  { do: 'maintain' },
  { do: 'purge', before: { anchor: 1, since: 86_400_000 }, site: '', rollups: 0 },
];
const AFTER: readonly Step[] = [
  { do: 'redeliver', which: 0 },
  { do: 'append', spool: 0, hits: hitsOf(0) },
  { do: 'flush', spool: 0 },
  { do: 'rollUp' },
];

/** @returns whether the fault happened, or the step has no such statement */
async function crash(faults: StatementFaults, step: Step, fault: Fault): Promise<boolean> {
  const course: Course = { anchors: ANCHORS, steps: [...BEFORE, { ...step, fault }, ...AFTER] };
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  try {
    await using world = await World.open(folder, course, faults);
    let hasFailed = false;
    for (const [number, each] of course.steps.entries()) {
      if (await world.take(each, number)) hasFailed = true;
    }
    await world.flush();
    const { store, sent } = world;
    await compareSites({ store }, sent);
    await compareSites({ store, maxScannedHits: -1 }, sent);
    await compareLive({ store }, sent);
    await assertVisitsOf(store, [...sent.hits, ...sent.signals]);
    return hasFailed;
  } finally {
    faults.lift();
    rmSync(folder, { recursive: true });
  }
}

test('hits are counted once, whichever statement fails or crashes', {
  timeout: scaledTimeout(3_600_000),
}, async (t) => {
  using faults = new StatementFaults();
  let crashes = 0;
  const fails = async (step: Step, fault: Fault) => {
    const hasFailed = await crash(faults, step, fault).catch((error: unknown) => {
      throw new Error(`${step.do}, ${JSON.stringify(fault)}`, { cause: error });
    });
    if (hasFailed) crashes++;
    return hasFailed;
  };
  for (const [index, step] of STEPS.entries()) {
    // In the default tests, one statement of each step, in one way.
    if (!IS_WHOLE) await fails(step, { at: index, ...WAYS[index % WAYS.length]! });
    for (const way of IS_WHOLE ? WAYS : []) {
      let at = 0;
      while (await fails(step, { at, ...way })) at++;
      t.diagnostic(`${step.do}, ${JSON.stringify(way)}: ${at} statements`);
    }
  }
  assert.ok(crashes >= STEPS.length - 2, `${crashes} crashes`);
  t.diagnostic(`${crashes} crashes`);
});
