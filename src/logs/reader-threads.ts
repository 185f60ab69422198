import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { HitError, messageOf } from '../errors.ts';
import type { ChunkResult } from './reader.ts';
import type { ReaderThreadData, ReaderThreadTask } from './reader-thread.ts';

/** One core is left to the store. Two threads read as fast as it takes hits, and each needs some 80 MB. */
const MOST_THREADS = 2;
/** Chunks queued per thread, so that no thread waits for a chunk. */
const CHUNKS_IN_FLIGHT = 2;

/** Threads that read chunks, in turn. The second one starts with the second chunk. */
export class ReaderThreads {
  /** Chunks worth reading ahead. */
  readonly ahead: number;
  readonly #maxThreads = Math.max(1, Math.min(availableParallelism() - 1, MOST_THREADS));
  readonly #data: ReaderThreadData;
  readonly #threads: ReaderThread[] = [];
  #nextThread = 0;

  constructor(data: ReaderThreadData) {
    this.#data = data;
    this.ahead = this.#maxThreads + CHUNKS_IN_FLIGHT;
  }

  /**
   * @param bytes with their own memory, which is transferred
   * @param directive the last `#Fields:` before them, if the log has any
   */
  read(bytes: Buffer<ArrayBuffer>, directive?: string): Promise<ChunkResult> {
    const slot = this.#nextThread++ % this.#maxThreads;
    this.#threads[slot] ??= new ReaderThread(this.#data);
    return this.#threads[slot].read({ bytes, directive });
  }

  /** Whether one has failed, so that all further reading fails. */
  get isBroken(): boolean {
    return this.#threads.some(({ isBroken }) => isBroken);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (error: HitError) => void;
}

/** One thread. It answers in the order of the requests. */
class ReaderThread {
  readonly #worker: Worker;
  #waiting: Waiting[] = [];
  #fault: HitError | undefined;

  constructor(data: ReaderThreadData) {
    // The thread's file has the extension of this one: `.ts` in the checkout, `.js` when built.
    const file = import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: data });
    this.#worker.on('message', (result: ChunkResult) => this.#waiting.shift()?.resolve(result));
    this.#worker.on('error', (error) => this.#fail(messageOf(error)));
    this.#worker.on('exit', () => this.#fail('it ended'));
  }

  read(task: ReaderThreadTask): Promise<ChunkResult> {
    const result = new Promise<ChunkResult>((resolve, reject) => {
      if (this.#fault) reject(this.#fault);
      else this.#waiting.push({ resolve, reject });
    });
    // Awaited later; this marks an earlier rejection as handled.
    result.catch(() => undefined);
    this.#worker.postMessage(task, [task.bytes.buffer]);
    return result;
  }

  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#fault ??= new HitError('import_failed', `a reading thread failed: ${message}`);
    for (const { reject } of this.#waiting) reject(this.#fault);
    this.#waiting = [];
  }
}
