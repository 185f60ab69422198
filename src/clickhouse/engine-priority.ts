/**
 * Which work goes first where there are fewer processors than work: answers to hits, and then the engine's inserts and
 * merges, which nobody waits for. The system decides by the niceness of each thread, which a thread inherits and which
 * anybody may raise for threads of their own process. (The engine's own setting for it works for root only.)
 *
 * Linux only: elsewhere niceness is the whole process's.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const TASKS = '/proc/self/task';
const NICENESS = 15;
/** Names of Node's own threads, as the system has them: cut to 15 characters. */
const OWN =
  /^(?:node|MainThread|WorkerThread|libuv-worker|SignalInspector|V8|DelayedTask|Inspector|hit-tracker)/;
/** Milliseconds between looks for threads that the engine has started since. */
const PACE = 2000;

/** Lets the engine's threads give way to all others of this process. */
export class EnginePriority implements Disposable {
  readonly #known = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#look();
    this.#timer = setInterval(() => this.#look(), PACE);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const task of tasks()) {
      if (this.#known.has(task)) continue;
      this.#known.add(task);
      if (!OWN.test(nameOf(task))) lower(Number(task));
    }
  }
}

function tasks(): string[] {
  try {
    return readdirSync(TASKS);
  } catch {
    // Not Linux.
    return [];
  }
}

/** '' for a thread that has ended. */
function nameOf(task: string): string {
  try {
    return readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function lower(task: number): void {
  try {
    setPriority(task, NICENESS);
  } catch {
    // It has ended, or the system does not let us: then it takes its share as before.
  }
}
