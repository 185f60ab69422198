import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openStore } from '../../test/fixtures/embedded-store.ts';
import { patience } from '../../test/fixtures/patience.ts';
import { EnginePriority } from './engine-priority.ts';

const options = {
  timeout: patience(30_000),
  skip: process.platform !== 'linux' && 'threads have a priority of their own on Linux only',
};

/** Niceness of each thread of this process, by its name. */
function niceness(): { name: string; nice: number }[] {
  return readdirSync('/proc/self/task').map((task) => {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return { name: stat.slice(stat.indexOf('(') + 1, end), nice: Number(stat.slice(end + 2).split(' ')[16]) };
  });
}

test('the engine’s threads yield to the process’s own threads', options, async (t) => {
  const before = niceness().find(({ name }) => name.startsWith('libuv'))?.nice ?? 0;
  await openStore(t);
  using _priority = new EnginePriority();
  const threads = niceness();
  const engine = threads.filter(({ name }) => /^(?:MergeMutate|ThreadPool|BgSchPool)/.test(name));
  assert.ok(engine.length > 3, 'the engine has threads');
  const own = threads.filter(({ name }) => /^(?:libuv|node)/.test(name));
  // Whatever the test runs under, and whatever threads the engine starts meanwhile.
  const nicer = engine.filter(({ nice }) => nice > before || nice === 19);
  assert.ok(nicer.length > 3, JSON.stringify(engine));
  assert.ok(own.every(({ nice }) => nice <= before));
});
