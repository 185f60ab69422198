/**
 * Sends hits at a fixed rate, whether or not the server keeps up, and measures how long each answer took from the moment
 * its request was due.
 *
 * A client that waits for an answer before it sends the next request hides a stall: the requests that it did not
 * send meanwhile are missing from the statistics ("coordinated omission", Gil Tene). Here the schedule is fixed in
 * advance, and waiting for a free connection counts.
 *
 * `node bench/paced-load.ts --port N --rate HITS_PER_SECOND --seconds N --connections N` prints `PacedResult` as
 * JSON. It is a separate program, so that it has a core for itself.
 */

import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { pixelRequests } from './traffic.ts';

/** The results of the load. Times in milliseconds. */
export interface PacedResult {
  readonly sent: number;
  /** Answers of the whole run with status 2xx. */
  readonly acknowledged: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

interface Load {
  readonly port: number;
  /** Requests a second. */
  readonly rate: number;
  /** Without the warm-up. */
  readonly seconds: number;
  readonly connections: number;
}

const DIFFERENT_REQUESTS = 4000;
/**
 * Warm-up: connections are opened, code is compiled and caches are filled, at half the rate, so that no queue is left
 * when recording begins.
 */
const WARM_UP_MS = 2000;
/** The resolution of timers; a due request waits up to this long. */
const TICK_MS = 1;
/** How long answers may take after the last request was due. */
const TIMEOUT_MS = 20_000;
const READ_BYTES = 16 * 1024;
const LONGEST_MICROSECONDS = 120_000_000;

/** Events of a connection. */
interface Events {
  answered(connection: Connection, status: number): void;
  lost(error: Error): void;
}

/** A connection with at most one pending request. */
class Connection {
  readonly #socket: Socket;
  readonly #events: Events;
  #received = '';
  /** When the pending request was due. */
  due = 0;

  constructor(port: number, events: Events) {
    this.#events = events;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (bytes: number) => {
      this.#take(buffer.toString('latin1', 0, bytes));
      return true;
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    this.#socket.once('error', (error) => events.lost(error));
    this.#socket.once('end', () => events.lost(new Error('the server hung up')));
  }

  send(request: string, due: number): void {
    this.due = due;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const received = this.#received + text;
    const length = answerLength(received);
    const isWhole = length >= 0 && received.length >= length;
    this.#received = isWhole ? '' : received;
    if (isWhole) this.#events.answered(this, Number(received.slice(9, 12)));
  }
}

/** Length of the answer at the start of a text, or -1 while its header is incomplete. */
function answerLength(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  return end + 4 + Number(length ?? 0);
}

/** One run of load. */
class PacedLoad {
  readonly #load: Load;
  readonly #warmUp: number;
  readonly #total: number;
  readonly #requests = pixelRequests(DIFFERENT_REQUESTS);
  readonly #latency = createHistogram({ lowest: 1, highest: LONGEST_MICROSECONDS, figures: 3 });
  readonly #free: Connection[] = [];
  #started = 0;
  #sent = 0;
  #acknowledged = 0;
  #refused = 0;
  #onEnd = (): void => undefined;

  constructor(load: Load) {
    this.#load = load;
    this.#warmUp = Math.floor((load.rate / 2 / 1000) * WARM_UP_MS);
    this.#total = this.#warmUp + Math.floor(load.rate * load.seconds);
  }

  /** @throws Error if a connection breaks, or answers do not arrive */
  async run(): Promise<PacedResult> {
    const { port, connections, seconds } = this.#load;
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    this.#onEnd = resolve;
    const events = { answered: this.#onAnswer, lost: reject };
    const all = Array.from({ length: connections }, () => new Connection(port, events));
    this.#free.push(...all);
    const late = () => reject(new Error(`${this.#total - this.#answered} requests were not answered`));
    const timeout = setTimeout(late, WARM_UP_MS + seconds * 1000 + TIMEOUT_MS);
    this.#started = performance.now();
    const ticks = setInterval(() => this.#sendDue(), TICK_MS);
    try {
      await ended;
    } finally {
      clearInterval(ticks);
      clearTimeout(timeout);
      for (const connection of all) connection.close();
    }
    return this.#result();
  }

  get #answered(): number {
    return this.#acknowledged + this.#refused;
  }

  /** When a request is due, on the clock of `performance.now()`. */
  #dueOf(request: number): number {
    const spacing = 1000 / this.#load.rate;
    const warm = request - this.#warmUp;
    return this.#started + (warm < 0 ? request * 2 * spacing : WARM_UP_MS + warm * spacing);
  }

  #sendDue(): void {
    const now = performance.now();
    while (this.#sent < this.#total) {
      const due = this.#dueOf(this.#sent);
      const connection = due <= now ? this.#free.pop() : undefined;
      if (!connection) return;
      connection.send(this.#requests[this.#sent % this.#requests.length]!, due);
      this.#sent++;
    }
  }

  readonly #onAnswer = (connection: Connection, status: number): void => {
    const now = performance.now();
    if (connection.due - this.#started >= WARM_UP_MS) {
      this.#latency.record(Math.max(1, Math.round((now - connection.due) * 1000)));
    }
    if (status >= 200 && status < 300) this.#acknowledged++;
    else this.#refused++;
    this.#free.push(connection);
    if (this.#answered === this.#total) this.#onEnd();
    else this.#sendDue();
  };

  #result(): PacedResult {
    const milliseconds = (percentile: number) => this.#latency.percentile(percentile) / 1000;
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      p50: milliseconds(50),
      p99: milliseconds(99),
      p999: milliseconds(99.9),
      max: this.#latency.max / 1000,
    };
  }
}

if (import.meta.main) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { port: text, rate: text, seconds: text, connections: text } });
  const load = {
    port: Number(values.port),
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
  };
  console.log(JSON.stringify(await new PacedLoad(load).run()));
}
