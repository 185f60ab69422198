/**
 * Decides which work runs first if processors are scarce: answers to hits, then the engine's inserts and merges, which
 * no client waits for. The system schedules by the niceness of each thread. Threads inherit it, and any user may raise
 * it for threads of their own process. (The engine's own setting for it works for root only.)
 *
 * Linux only: on other systems niceness applies to the whole process.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

const TASKS = '/proc/self/task';
/** How much nicer the engine's threads are. */
const NICER = 15;
/** Names of Node's own threads, as the system reports them: truncated to 15 characters. */
const OWN =
  /^(?:node|MainThread|WorkerThread|libuv-worker|SignalInspector|V8|DelayedTask|Inspector|hit-tracker)/;
/** Milliseconds between checks for new threads of the engine. */
const SCAN_EVERY = 2000;

/** Gives the engine's threads a lower priority than all others of this process. */
export class EnginePriority implements Disposable {
  readonly #known = new Set<string>();
  /** Relative to the process, which may have been started with `nice`. */
  readonly #niceness = Math.min(constants.priority.PRIORITY_LOW, getPriority() + NICER);
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#scanThreads();
    this.#timer = setInterval(() => this.#scanThreads(), SCAN_EVERY);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #scanThreads(): void {
    for (const task of tasks()) {
      if (this.#known.has(task)) continue;
      this.#known.add(task);
      if (!OWN.test(nameOf(task))) lower(Number(task), this.#niceness);
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

function lower(task: number, niceness: number): void {
  try {
    setPriority(task, niceness);
  } catch {
    // The thread has ended, or the system denies the change: its priority stays as it was.
  }
}
