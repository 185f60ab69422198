import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openStore } from '../../test/fixtures/embedded-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { EnginePriority } from './engine-priority.ts';

const options = {
  timeout: scaledTimeout(30_000),
  skip: process.platform !== 'linux' && 'threads have a priority of their own on Linux only',
};

/** Node's threads that start later, and the engine's idle threads, which have the name of Node's. */
const OWN = /^(?:libuv-worker|node-MainThread)/;

interface Thread {
  readonly task: string;
  readonly name: string;
  readonly nice: number;
}

/** The threads of this process. */
function threads(): Thread[] {
  return readdirSync('/proc/self/task').flatMap((task) => threadOf(task) ?? []);
}

/** Undefined if it has ended. */
function threadOf(task: string): Thread | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const end = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, end);
  return { task, name, nice: Number(stat.slice(end + 2).split(' ')[16]) };
}

test('the engine’s threads yield to the process’s own threads', options, async (t) => {
  const before = threads();
  const started = new Set(before.map(({ task }) => task));
  await openStore(t);
  // Threads that the engine starts later are found by a later scan.
  const engine = threads().filter(({ task }) => !started.has(task));
  assert.ok(engine.length > 3, 'the engine has threads');
  using _priority = new EnginePriority();
  const own = before[0]!.nice;
  const lowered = engine.flatMap(({ task }) => threadOf(task) ?? []).filter(({ name }) => !OWN.test(name));
  assert.ok(lowered.length > 3, JSON.stringify(engine));
  // Relative to the niceness of the test.
  for (const { name, nice } of lowered) assert.ok(nice > own || nice === 19, `${name}: ${nice}`);
  for (const { name, nice } of before.flatMap(({ task }) => threadOf(task) ?? []))
    assert.equal(nice, own, name);
});
