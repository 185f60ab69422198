/**
 * Watches live counts, and reports when one passes its threshold, and when it is back.
 *
 * The alerts that are on survive a restart, so none is reported twice. So does the start of gapless watching: the count of
 * a window that was not watched from its start is too low (the node is new, or was down), and is ignored
 * if low counts matter; see `alert-state.ts`. So after a gap, a rule on a day's hits is quiet for a day.
 */

import { messageOf } from '../errors.ts';
import type { Live } from '../live/live.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertRules } from './alert-rules.ts';
import { type AlertState, nextState, OFF } from './alert-state.ts';
import type { Clock } from './clock.ts';
import type { Event } from './event.ts';
import type { ScheduleLog } from './log.ts';
import { fieldsOf, readMoment, readTimes, StateFile } from './state-file.ts';

/** Milliseconds between two readings. */
const EVERY = 5_000;
/** Longest time without a reading that is not a gap, in milliseconds: a restart takes seconds. */
const MAX_GAP = 120_000;
const SAVE_EVERY = 60_000;

interface WatchState {
  readonly since: Date;
  readonly until: Date;
  /** Firing times of the alerts that are on, by rule. */
  readonly on: Readonly<Record<string, Date>>;
}

export interface AlertWatchOptions {
  /** Rules may be added and removed at any time. */
  readonly rules: Pick<AlertRules, 'current' | 'saw'>;
  readonly live: Pick<Live, 'read'>;
  /** Whether live counts survive a restart. */
  readonly survivesRestart: boolean;
  /** Path of a small file. */
  readonly state: string;
  /** Resolves when delivery of the event is certain. */
  readonly emit: (event: Event) => Promise<void>;
  readonly clock: Clock;
  readonly log: ScheduleLog;
}

export class AlertWatch implements AsyncDisposable {
  readonly #options: AlertWatchOptions;
  readonly #file: StateFile<WatchState>;
  /** By the text of the rule. */
  #alerts: Map<string, AlertState>;
  readonly #stop = new AbortController();
  #watchedSince: number;
  #until: number;
  #saved: number;
  /** The last error of each rule, logged once. */
  readonly #faults = new WeakMap<AlertRule, string>();
  #running: Promise<void> = Promise.resolve();

  private constructor(options: AlertWatchOptions, file: StateFile<WatchState>) {
    const { since, until, on } = file.state;
    this.#options = options;
    this.#file = file;
    this.#watchedSince = options.survivesRestart ? since.getTime() : options.clock.now();
    this.#until = until.getTime();
    this.#saved = this.#until;
    this.#alerts = new Map(
      Object.entries(on).map(([text, time]) => [text, { ...OFF, firedAt: time.getTime() }] as const),
    );
  }

  static async start(options: AlertWatchOptions): Promise<AlertWatch> {
    const now = new Date(options.clock.now());
    const none = { since: now, until: now, on: {} };
    const file = await StateFile.open(options.state, { read: readState, none, log: options.log });
    const watch = new AlertWatch(options, file);
    watch.#running = watch.#run();
    return watch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#save();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const now = this.#options.clock.now();
      // A clock that is set back makes a gap too.
      if (now - this.#until > MAX_GAP || now < this.#watchedSince) this.#watchedSince = now;
      this.#until = now;
      const { current } = this.#options.rules;
      // Those of rules that are gone are forgotten.
      this.#alerts = new Map(current.map(({ text }) => [text, this.#alerts.get(text) ?? OFF]));
      for (const rule of current) await this.#check(rule);
      if (Math.abs(now - this.#saved) >= SAVE_EVERY) await this.#save();
      await this.#options.clock.sleep(EVERY, this.#stop.signal);
    }
  }

  async #check(rule: AlertRule): Promise<void> {
    const state = this.#alerts.get(rule.text)!;
    try {
      const { windows } = await this.#options.live.read(rule.site, [rule.seconds]);
      // It may have been removed meanwhile: then nothing is reported.
      if (!this.#options.rules.current.includes(rule)) return;
      const count = Math.round(windows[0]![rule.metric]);
      const time = this.#until;
      const isWhole = time - this.#watchedSince >= rule.seconds * 1000;
      const next = nextState(rule, state, { count, time, isWhole });
      if (next.firedAt !== state.firedAt)
        await this.#transition(rule, state.firedAt ?? next.firedAt!, next, count);
      this.#alerts.set(rule.text, next);
      this.#options.rules.saw(rule, { count, firedAt: next.firedAt });
      if (next.firedAt !== state.firedAt) await this.#save();
      this.#faults.delete(rule);
    } catch (error) {
      const message = messageOf(error);
      if (this.#faults.get(rule) !== message) this.#options.log.error(`alert "${rule.text}": ${message}`);
      this.#faults.set(rule, message);
    }
  }

  /** Reports before it saves: after a crash in between, an event is reported twice rather than never. */
  async #transition(rule: AlertRule, firedAt: number, next: AlertState, count: number): Promise<void> {
    const type = next.firedAt === undefined ? 'alert.cleared' : 'alert.fired';
    const { text, metric, window, seconds, site = null, bound, threshold, clear } = rule;
    await this.#options.emit({
      ...{ type, subject: text, moment: firedAt, time: this.#until },
      data: {
        ...{ alert: text, metric, window, seconds, site, bound, threshold, clear, count },
        fired_at: new Date(firedAt).toISOString(),
      },
    });
    const word = next.firedAt === undefined ? 'is over' : 'fires';
    this.#options.log.warn(`alert "${text}" ${word}: ${count} ${metric} in ${window}`);
  }

  #save(): Promise<void> {
    const on = [...this.#alerts].flatMap(([text, { firedAt }]) =>
      firedAt === undefined ? [] : [[text, new Date(firedAt)] as const],
    );
    this.#saved = this.#until;
    // Without rules there is nothing to remember.
    if (this.#alerts.size === 0 && Object.keys(this.#file.state.on).length === 0) return Promise.resolve();
    return this.#file.set({
      since: new Date(this.#watchedSince),
      until: new Date(this.#until),
      on: Object.fromEntries(on),
    });
  }
}

function readState(json: unknown): WatchState {
  const { since, until, on } = fieldsOf(json, 'the file');
  return {
    since: readMoment(since, 'since'),
    until: readMoment(until, 'until'),
    on: readTimes(on, 'on'),
  };
}
