/**
 * Messages for a webhook, each stored as a file until it is delivered: so a restart loses none.
 *
 * Messages are sent one at a time: immediately, and then, while the receiver fails, with growing delays for three days. A
 * message that the receiver rejects is not sent again. A failing message does not block the others, so they may arrive in
 * a different order: each contains its time. When the outbox is full, a new message replaces the oldest one.
 * After a crash between delivery and deletion of the file, a message is sent twice, with the same id.
 */

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { UNFINISHED, writeAtomically } from '../files/atomic.ts';
import { Backoff } from '../timing/backoff.ts';
import { DAY, HOUR } from '../timing/units.ts';
import type { Clock } from './clock.ts';
import type { ScheduleLog } from './log.ts';
import type { Message, Outcome } from './webhook.ts';

const DELAYS = { first: 5_000, longest: HOUR };
/** Milliseconds after which a message is dropped. */
const MAX_AGE = 3 * DAY;
const MAX_MESSAGES = 1000;
const MAX_SLEEP = 60_000;

interface Waiting {
  readonly id: string;
  /** Creation time, in milliseconds since 1970. */
  readonly made: number;
  readonly backoff: Backoff;
  /** When the next attempt is due. */
  due: number;
}

export interface OutboxOptions {
  readonly folder: string;
  readonly send: (message: Message, signal: AbortSignal) => Promise<Outcome>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ScheduleLog;
  /** Most pending messages; default 1,000. */
  readonly most?: number;
}

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #waiting: Map<string, Waiting>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(options: OutboxOptions, waiting: Map<string, Waiting>) {
    this.#options = options;
    this.#waiting = waiting;
  }

  /** Opens the folder, creates it if it is missing, and resumes with its messages. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const waiting = new Map<string, Waiting>();
    for (const name of (await readdir(options.folder)).sort()) {
      const [, made, id] = /^(\d+)\.(\w+)\.json$/.exec(name) ?? [];
      if (made !== undefined && id !== undefined) {
        waiting.set(id, { id, made: Number(made), backoff: new Backoff(DELAYS, options.random), due: 0 });
      } else if (name.endsWith(UNFINISHED)) {
        await rm(join(options.folder, name), { force: true });
      }
    }
    const outbox = new Outbox(options, waiting);
    outbox.#running = outbox.#run();
    return outbox;
  }

  /** Messages that are not delivered yet. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when the message is on disk. A message that is pending already is not added twice. */
  async post({ id, body }: Message): Promise<void> {
    if (this.#waiting.has(id)) return;
    const { log, clock, random, most = MAX_MESSAGES } = this.#options;
    const message = { id, made: clock.now(), backoff: new Backoff(DELAYS, random), due: 0 };
    await writeAtomically(this.#path(message), body);
    this.#waiting.set(id, message);
    if (this.#waiting.size > most) {
      const oldest = this.#waiting.values().next().value!;
      log.error(`webhook: ${most} messages wait, the oldest (${oldest.id}) is dropped`);
      await this.#forget(oldest);
    }
    this.#wake.abort();
  }

  /** Stops sending. Pending messages stay on disk for the next run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const next = this.#nextDue();
      const left = next === undefined ? MAX_SLEEP : Math.min(next.due - clock.now(), MAX_SLEEP);
      if (next && left <= 0) await this.#try(next);
      else await clock.sleep(left, AbortSignal.any([this.#stop.signal, this.#wake.signal]));
    }
  }

  #nextDue(): Waiting | undefined {
    let next: Waiting | undefined;
    for (const message of this.#waiting.values()) if (!next || message.due < next.due) next = message;
    return next;
  }

  async #try(message: Waiting): Promise<void> {
    const { send, clock, log } = this.#options;
    const outcome = await this.#read(message).then(
      (body) => send({ id: message.id, body }, this.#stop.signal),
      (error): Outcome => ({ result: 'refused', reason: messageOf(error) }),
    );
    if (outcome.result === 'delivered') return this.#forget(message);
    if (outcome.result === 'failed' && this.#stop.signal.aborted) return;
    const isOver = outcome.result === 'refused' || clock.now() - message.made > MAX_AGE;
    if (isOver) {
      log.error(`webhook: ${message.id} is dropped: ${outcome.reason}`);
      return this.#forget(message);
    }
    const pause = Math.max(outcome.after, message.backoff.next());
    message.due = clock.now() + pause;
    log.warn(`webhook: ${message.id} will be retried in ${Math.round(pause / 1000)} s: ${outcome.reason}`);
  }

  #read(message: Waiting): Promise<string> {
    return readFile(this.#path(message), 'utf8');
  }

  async #forget(message: Waiting): Promise<void> {
    this.#waiting.delete(message.id);
    try {
      await rm(this.#path(message), { force: true });
    } catch (error) {
      this.#options.log.warn(`webhook: ${message.id} stays on disk: ${messageOf(error)}`);
    }
  }

  /** Names in order of creation. */
  #path({ id, made }: Pick<Waiting, 'id' | 'made'>): string {
    return join(this.#options.folder, `${String(made).padStart(15, '0')}.${id}.json`);
  }
}
