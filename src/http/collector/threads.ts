import { Worker } from 'node:worker_threads';
import { HitError, messageOf } from '../../errors.ts';
import type { Drops } from '../../hit/drops.ts';
import type { MidnightVisits } from '../../hit/midnight-visits.ts';
import type { DailySalts, SaltTable } from '../../hit/salts.ts';
import type { BatchRecorder } from '../../trackers/batch-recorder.ts';
import type { RequestDurations } from '../request-durations.ts';
import type { CollectorData, FromCollector, ToCollector } from './messages.ts';
import { SaltCell } from './salt-cell.ts';

/** Milliseconds until a thread that died is replaced. */
const RESTART_AFTER = 500;
/** Milliseconds that a thread may take to close. */
const CLOSE_TIMEOUT = 5000;

/** Start data that the host provides. */
type FromHost = 'salts' | 'midnight' | 'saltCell';

/** What collector threads need from the main thread. */
export interface CollectorHost {
  readonly recorder: BatchRecorder;
  readonly drops: Drops;
  readonly salts: DailySalts;
  /** Visits over midnight. */
  readonly midnight: MidnightVisits;
  /** Includes those of the threads. */
  readonly durations: RequestDurations;
  readonly print: (line: string) => void;
  readonly log: { error(message: string): void };
}

/** Collector threads, all on one port. A thread that dies is replaced; hits it had not acknowledged were never promised. */
export class CollectorThreads {
  readonly #data: Omit<CollectorData, FromHost>;
  readonly #host: CollectorHost;
  readonly #threads = new Set<CollectorThread>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #closing = false;

  private constructor(data: Omit<CollectorData, FromHost>, host: CollectorHost) {
    this.#data = data;
    this.#host = host;
  }

  /** @throws HitError `port_unavailable` */
  static async start(
    count: number,
    data: Omit<CollectorData, FromHost>,
    host: CollectorHost,
  ): Promise<CollectorThreads> {
    const threads = new CollectorThreads(data, host);
    try {
      await Promise.all(Array.from({ length: count }, () => threads.#start()));
    } catch (error) {
      await threads.close();
      throw error;
    }
    return threads;
  }

  /** Accepts no more connections, answers the requests in progress, and ends the threads. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #start(): Promise<void> {
    const { salts, midnight } = this.#host;
    const data = { ...this.#data, salts: started(salts.table), midnight: midnight.memory };
    const thread = new CollectorThread(data, this.#host);
    this.#threads.add(thread);
    thread.ended.then((reason) => {
      this.#threads.delete(thread);
      if (this.#closing) return;
      this.#host.log.error(`a collector thread exited and is replaced: ${reason}`);
      this.#restart();
    });
    await thread.listening;
  }

  #restart(): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#start().catch((error) =>
        this.#host.log.error(`a collector thread did not start: ${messageOf(error)}`),
      );
    }, RESTART_AFTER);
    this.#restarts.add(timer);
  }
}

class CollectorThread {
  /** Resolves when the thread listens. */
  readonly listening: Promise<void>;
  /** Resolves when the thread has ended, with the reason. */
  readonly ended: Promise<string>;
  readonly #worker: Worker;
  readonly #host: CollectorHost;
  readonly #saltCell = new SaltCell();
  readonly #closed = Promise.withResolvers<void>();

  constructor(data: Omit<CollectorData, 'saltCell'>, host: CollectorHost) {
    this.#host = host;
    // The thread's file has the extension of this one: `.ts` in the checkout, `.js` when built.
    const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
    const workerData: CollectorData = { ...data, saltCell: this.#saltCell.memory };
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData });
    let fault = 'it exited by itself';
    let exclude = () => {};
    const listening = Promise.withResolvers<void>();
    this.listening = listening.promise;
    this.#worker.on('message', (message: FromCollector) => {
      if (message.kind === 'listening') {
        exclude = host.durations.include(message.durations);
        listening.resolve();
      } else if (message.kind === 'failed') {
        listening.reject(new HitError('port_unavailable', message.message));
        // A thread that does not listen is useless: it ends, and another can replace it.
        void this.#worker.terminate();
      } else this.#onMessage(message);
    });
    this.#worker.on('error', (error) => {
      fault = messageOf(error);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        exclude();
        listening.reject(new HitError('internal', `a collector thread did not start: ${fault}`));
        this.#closed.resolve();
        resolve(fault);
      });
    });
  }

  async close(): Promise<void> {
    this.#post({ kind: 'close' });
    const timer = setTimeout(() => this.#closed.resolve(), CLOSE_TIMEOUT);
    await this.#closed.promise;
    clearTimeout(timer);
    await this.#worker.terminate();
  }

  #onMessage(message: Exclude<FromCollector, { kind: 'listening' | 'failed' }>): void {
    switch (message.kind) {
      case 'hits':
        this.#host.recorder.record(message.batch, (outcome) =>
          this.#post({ kind: 'outcome', id: message.id, outcome }),
        );
        break;
      case 'dropped':
        this.#host.drops.count(message.reason, message.hits);
        break;
      case 'line':
        this.#host.print(message.line);
        break;
      case 'salt':
        this.#sendSalt();
        break;
      case 'closed':
        this.#closed.resolve();
    }
  }

  /** Today's salt, from the table. A salt that cannot be stored is not used; the thread then answers with an error. */
  #sendSalt(): void {
    try {
      const { table } = this.#host.salts;
      const today = new Date(Date.now()).toISOString().slice(0, 10);
      const salt = table[today];
      if (salt) this.#saltCell.put(salt);
    } catch (error) {
      this.#host.log.error(`there is no salt for today: ${messageOf(error)}`);
    }
  }

  #post(message: ToCollector): void {
    const seen = message.kind === 'outcome' ? message.outcome.seen : undefined;
    // The empty array is shared by all, and is not transferred.
    this.#worker.postMessage(message, seen && seen.length > 0 ? [seen.buffer] : []);
  }
}

/** Without tomorrow's salt, which may still change: a thread requests it when it needs it. */
function started(salts: SaltTable): SaltTable {
  return Object.fromEntries(Object.entries(salts).filter(([day]) => Date.parse(day) <= Date.now()));
}
