/**
 * Runs jobs when they are due.
 *
 * The only state of a job is the time up to which it is done. Runs that it missed since, because the process was down, the
 * machine asleep, or another run in progress, are caught up once: for the last time that it was due. A run that fails is
 * retried, after a minute and then with growing delays, until it succeeds or is due again. So a job never overlaps
 * itself, and no crash makes it forget a run. A newly scheduled job has missed nothing.
 *
 * Jobs with the same concurrency key run one after the other.
 */

import { messageOf } from '../errors.ts';
import { Backoff } from '../timing/backoff.ts';
import { DAY, HOUR, MINUTE } from '../timing/units.ts';
import type { Clock } from './clock.ts';
import type { ScheduleLog } from './log.ts';
import type { Schedule } from './schedule-text.ts';
import { readTimes, StateFile } from './state-file.ts';

const DELAYS = { first: MINUTE, longest: HOUR };
/** Milliseconds after which the time is checked again, since clocks are set, and machines sleep. */
const MAX_SLEEP = MINUTE;
/** Delay after which a late run is logged as caught up. */
const OVERDUE_AFTER = 120_000;
/** Completion times further in the future come from a wrong clock. */
const MAX_AHEAD = DAY;

export interface ScheduledJob {
  /** Identifies the job across restarts. */
  readonly text: string;
  readonly schedule: Schedule;
}

export interface SchedulerOptions<Job extends ScheduledJob> {
  readonly jobs: readonly Job[];
  /** Jobs with the same key do not run at the same time. */
  readonly concurrencyKey: (job: Job) => string;
  /**
   * Runs a job. It must be idempotent per due time, since it may run again after a crash.
   *
   * @param due when it should run, in milliseconds since 1970
   * @param signal aborted when the scheduler closes
   */
  readonly run: (job: Job, due: number, signal: AbortSignal) => Promise<void>;
  /** Path of a small file with the completion times. */
  readonly state: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ScheduleLog;
}

export class Scheduler<Job extends ScheduledJob> implements AsyncDisposable {
  readonly #options: SchedulerOptions<Job>;
  readonly #file: StateFile<Record<string, Date>>;
  /** Up to when a job is done, by its text. */
  readonly #done = new Map<string, number>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: SchedulerOptions<Job>, file: StateFile<Record<string, Date>>) {
    this.#options = options;
    this.#file = file;
    const now = options.clock.now();
    for (const { text } of options.jobs) this.#done.set(text, file.state[text]?.getTime() ?? now);
  }

  /** Starts with the missed runs. */
  static async start<Job extends ScheduledJob>(options: SchedulerOptions<Job>): Promise<Scheduler<Job>> {
    const read = (json: unknown) => readTimes(json, 'the file');
    const file = await StateFile.open(options.state, { read, none: {}, log: options.log });
    const scheduler = new Scheduler(options, file);
    await scheduler.#save();
    scheduler.#running = Promise.all(options.jobs.map((job) => scheduler.#runLoop(job)));
    return scheduler;
  }

  /** Aborts the runs in progress and waits for their end. Unfinished runs are caught up at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #runLoop(job: Job): Promise<void> {
    const { log, random, clock } = this.#options;
    const backoff = new Backoff(DELAYS, random);
    let failing: number | undefined;
    while (!this.#stop.signal.aborted) {
      const due = this.#dueOf(job);
      if (due === undefined) {
        await this.#sleep((job.schedule.dueAfter(clock.now()) ?? Number.POSITIVE_INFINITY) - clock.now());
        continue;
      }
      const isRetry = failing === due;
      if (failing !== undefined && !isRetry) {
        log.error(
          `${job.text}: the run due at ${iso(failing)} is abandoned, because the one due at ${iso(due)} starts`,
        );
        backoff.reset();
      }
      if (!isRetry && clock.now() - due > OVERDUE_AFTER) {
        log.info(`${job.text}: the run due at ${iso(due)} is being caught up`);
      }
      const message = await this.#enqueue(job, due);
      failing = message === undefined ? undefined : due;
      if (message === undefined) backoff.reset();
      if (message === undefined || this.#stop.signal.aborted) continue;
      const pause = backoff.next();
      log.error(`${job.text}: failed, and will be retried in ${Math.round(pause / 1000)} s: ${message}`);
      await this.#pause(job, due, pause);
    }
  }

  /** The last due time of a job, if it is not done yet. */
  #dueOf(job: Job): number | undefined {
    const now = this.#options.clock.now();
    if (this.#done.get(job.text)! > now + MAX_AHEAD) this.#done.set(job.text, now);
    const due = job.schedule.dueBefore(now);
    return due !== undefined && due > this.#done.get(job.text)! ? due : undefined;
  }

  /** Waits before a retry, but at most until the job is due again. */
  async #pause(job: Job, due: number, pause: number): Promise<void> {
    const end = this.#options.clock.now() + pause;
    while (!this.#stop.signal.aborted && this.#dueOf(job) === due) {
      const left = end - this.#options.clock.now();
      if (left <= 0) return;
      await this.#sleep(left);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return this.#options.clock.sleep(Math.min(Math.max(milliseconds, 1), MAX_SLEEP), this.#stop.signal);
  }

  /** @returns the error message, if it failed */
  #enqueue(job: Job, due: number): Promise<string | undefined> {
    const key = this.#options.concurrencyKey(job);
    const turn = (this.#queues.get(key) ?? Promise.resolve()).then(() => this.#run(job, due));
    this.#queues.set(key, turn);
    return turn;
  }

  async #run(job: Job, due: number): Promise<string | undefined> {
    const { run } = this.#options;
    if (this.#stop.signal.aborted) return 'the scheduler closes';
    try {
      await run(job, due, this.#stop.signal);
    } catch (error) {
      return messageOf(error) || 'no reason given';
    }
    this.#done.set(job.text, due);
    await this.#save();
    return undefined;
  }

  async #save(): Promise<void> {
    const times = [...this.#done].map(([text, time]) => [text, new Date(time)] as const);
    await this.#file.set(Object.fromEntries(times));
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
