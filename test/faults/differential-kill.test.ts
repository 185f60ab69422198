/** Like test/differential.test.ts, in a process that is killed repeatedly, at any moment. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Visits } from '../../src/visits/visits.ts';
import { compareAll } from '../fixtures/differential/all.ts';
import type { Ways } from '../fixtures/differential/comparison.ts';
import { Journal } from '../fixtures/differential/journal.ts';
import { courseOf } from '../fixtures/differential/process.ts';
import { question } from '../fixtures/differential/questions.ts';
import { courseText } from '../fixtures/differential/steps.ts';
import { World } from '../fixtures/differential/world.ts';
import { randomNumbers } from '../fixtures/hit-load.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { StatementFaults } from '../fixtures/statement-faults.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { assertVisitsOf } from '../fixtures/visit-recount.ts';

const PROCESS = fileURLToPath(new URL('../fixtures/differential/process.ts', import.meta.url));
const COURSES = rounds(12, 1, 2);
const SEED = 20261129;
/** Approximate milliseconds until a process is killed: ever longer, so that it finishes on any machine. */
const FIRST_WAIT = rounds(100, 400);
const LATER = rounds(1.2, 1.6);

/** Lets a process take steps, and kills it after a while. @returns whether it finished before */
async function isDone(folder: string, seed: number, wait: number): Promise<boolean> {
  const child = spawn(process.execPath, [PROCESS, folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await Promise.race([once(createInterface(child.stdout), 'line'), closed]);
  await Promise.race([sleep(wait), closed]);
  child.kill('SIGKILL');
  const [code] = (await closed) as [number | null];
  assert.ok(code === 0 || code === null, `the process failed: ${code}`);
  return code === 0;
}

test('every query matches what was sent, however often the process was killed', {
  timeout: scaledTimeout(3_600_000),
}, async (t) => {
  const random = randomNumbers(SEED);
  const ways: Ways = { hits: 0, rollups: 0, purged: 0 };
  using faults = new StatementFaults();
  let kills = 0;
  for (let number = 0; number < COURSES; number++) {
    const seed = SEED + number;
    const folder = temporaryFolder(t);
    for (
      let wait = FIRST_WAIT;
      !(await isDone(folder, seed, wait * (0.5 + random.next().value)));
      wait *= LATER
    ) {
      kills++;
    }
    const course = courseOf(seed);
    const [questions] = fc.sample(fc.array(question, { minLength: 20, maxLength: 20 }), { seed, numRuns: 1 });
    await using world = await World.open(folder, course, faults);
    await new Journal(join(folder, 'journal')).replay(world, course.steps);
    await new Visits(world.store).catchUp();
    await assertVisitsOf(world.store, [...world.sent.hits, ...world.sent.signals]);
    await compareAll(world, questions!, course.anchors, ways).catch((error: unknown) => {
      throw new Error(`seed ${seed}\n${courseText(course)}`, { cause: error });
    });
  }
  t.diagnostic(`${kills} kills; answers: ${JSON.stringify(ways)}`);
  assert.ok(kills >= COURSES);
});
