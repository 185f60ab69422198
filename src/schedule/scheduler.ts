/**
 * Does jobs when they are due.
 *
 * All that is known of a job is up to when it is done. What it missed since then, be it while the process was down, the
 * machine asleep, or another run under way, is made up once: for the last time that it was due. A run that fails is tried
 * again, after a minute and then ever more rarely, until it succeeds or is due anew. So a job never overlaps with itself,
 * and no crash makes it forget. A job that nobody had scheduled before misses nothing.
 *
 * Jobs of one lane run one after the other.
 */

import { messageOf } from '../errors.ts';
import { backoffDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { ScheduleLog } from './log.ts';
import { readTimes, StateFile } from './state-file.ts';
import type { When } from './when.ts';

const RETRY = { first: 60_000, longest: 3_600_000 };
/** Clocks are set, and machines sleep: the time is looked at again after so many milliseconds. */
const LONGEST_NAP = 60_000;
/** A run that is later than this is told to be made up. */
const LATE = 120_000;
/** What was done so far in the future was done by a clock that was wrong. */
const MOST_AHEAD = 86_400_000;

export interface ScheduledJob {
  /** Names it over restarts. */
  readonly text: string;
  readonly when: When;
}

export interface SchedulerOptions<Job extends ScheduledJob> {
  readonly jobs: readonly Job[];
  /** Jobs of the same lane do not run at once. */
  readonly lane: (job: Job) => string;
  /**
   * Does a job. Done twice for one time, since a crash came between, it is to leave the same.
   *
   * @param due when it should run, in milliseconds since 1970
   * @param signal aborted when the scheduler closes
   */
  readonly run: (job: Job, due: number, signal: AbortSignal) => Promise<void>;
  /** Path of a small file that remembers what is done. */
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
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: SchedulerOptions<Job>, file: StateFile<Record<string, Date>>) {
    this.#options = options;
    this.#file = file;
    const now = options.clock.now();
    for (const { text } of options.jobs) this.#done.set(text, file.state[text]?.getTime() ?? now);
  }

  /** Starts with what was missed. */
  static async start<Job extends ScheduledJob>(options: SchedulerOptions<Job>): Promise<Scheduler<Job>> {
    const read = (json: unknown) => readTimes(json, 'the file');
    const file = await StateFile.open(options.state, { read, none: {}, log: options.log });
    const scheduler = new Scheduler(options, file);
    await scheduler.#save();
    scheduler.#running = Promise.all(options.jobs.map((job) => scheduler.#keep(job)));
    return scheduler;
  }

  /** Aborts what is under way and waits for its end. What did not succeed is made up at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #keep(job: Job): Promise<void> {
    const { log, random, clock } = this.#options;
    let failing: number | undefined;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const due = this.#dueOf(job);
      if (due === undefined) {
        await this.#nap((job.when.dueAfter(clock.now()) ?? Number.POSITIVE_INFINITY) - clock.now());
        continue;
      }
      if (failing !== undefined && failing !== due) {
        log.error(`${job.text}: the run of ${iso(failing)} is given up, as that of ${iso(due)} is due`);
        failures = 0;
      }
      if (failures === 0 && clock.now() - due > LATE) {
        log.info(`${job.text}: what was due at ${iso(due)} is being caught up`);
      }
      const message = await this.#inTurn(job, due);
      failing = message === undefined ? undefined : due;
      failures = message === undefined ? 0 : failures + 1;
      if (message === undefined || this.#stop.signal.aborted) continue;
      const pause = backoffDelay(failures, RETRY, random);
      log.error(`${job.text}: failed, and will be retried in ${Math.round(pause / 1000)} s: ${message}`);
      await this.#pause(job, due, pause);
    }
  }

  /** The last time that a job was due and is not done. */
  #dueOf(job: Job): number | undefined {
    const now = this.#options.clock.now();
    if (this.#done.get(job.text)! > now + MOST_AHEAD) this.#done.set(job.text, now);
    const due = job.when.dueBefore(now);
    return due !== undefined && due > this.#done.get(job.text)! ? due : undefined;
  }

  /** Waits for another try, but not longer than until the job is due anew. */
  async #pause(job: Job, due: number, pause: number): Promise<void> {
    const end = this.#options.clock.now() + pause;
    while (!this.#stop.signal.aborted && this.#dueOf(job) === due) {
      const left = end - this.#options.clock.now();
      if (left <= 0) return;
      await this.#nap(left);
    }
  }

  #nap(milliseconds: number): Promise<void> {
    return this.#options.clock.sleep(Math.min(Math.max(milliseconds, 1), LONGEST_NAP), this.#stop.signal);
  }

  /** @returns what went wrong, if anything did */
  #inTurn(job: Job, due: number): Promise<string | undefined> {
    const lane = this.#options.lane(job);
    const turn = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#run(job, due));
    this.#lanes.set(lane, turn);
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
