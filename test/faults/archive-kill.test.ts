/** Hits that are archived and restored are in one of the two places, and count once, whenever the process dies. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchivedStore, batchId, daysAgo } from '../fixtures/archived-store.ts';
import { randomHalves } from '../fixtures/random.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const ROUNDS = rounds(20, 5);
/** Milliseconds: about as long as archiving and restoring everything takes. */
const ROUND = 900;
const PROGRAM = new URL('../fixtures/archiving-process.ts', import.meta.url).pathname;

/** Starts it, and kills it some time later. */
async function archiveFor(milliseconds: number, folder: string): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  assert.equal(child.exitCode, null, said);
  await sleep(milliseconds);
  assert.equal(child.exitCode, null, said);
  child.kill('SIGKILL');
  await ended;
}

test(`an archive that is killed ${ROUNDS} times loses and doubles nothing`, {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const random = randomHalves(20261124);
  let all: string[];
  {
    await using archived = await ArchivedStore.in(folder);
    for (let number = 1; number <= 6; number++) {
      const hits = Array.from({ length: 200 }, (_, index) => ({
        site: index % 3 === 0 ? 'a.com' : 'b.org',
        time: daysAgo([1, 40, 41, 75][index % 4]!) + index,
        path: `/${number}/${index}`,
      }));
      await archived.add(batchId(number, number % 2), hits);
    }
    all = await archived.rows();
  }
  const states = new Set<number>();
  for (let round = 1; round <= ROUNDS; round++) {
    await archiveFor((ROUND * random()) / 2 ** 32, folder);
    await using archived = await ArchivedStore.in(folder);
    assert.deepEqual(await archived.together(), all, `round ${round}`);
    // Hits keep arriving, even for days that are archived or being archived.
    const hit = { site: 'a.com', time: daysAgo(40), path: `/late ${round}` };
    await archived.add(batchId(100 + round, round % 2), [hit]);
    states.add((await archived.rows()).length - round);
    all = await archived.together();
    assert.equal(all.filter((row) => row.includes(`/late ${round}"`)).length, 1);
    assert.equal(all.length, 1200 + round);
  }
  t.diagnostic(`killed with so many of the hits in the store: ${[...states].join(', ')}`);
  await using archived = await ArchivedStore.in(folder);
  await archived.archive();
  assert.deepEqual(await archived.together(), all);
  assert.deepEqual(await archived.rows('hits', "time < '2026-05-16 00:00:00'"), []);
  await archived.restore();
  assert.deepEqual(await archived.rows(), all);
  assert.deepEqual(await archived.together(), all);
});
