/**
 * How a node comes to the salt that all nodes use on a UTC day.
 *
 * A hit cannot wait for a network at midnight, so tomorrow's salt is agreed on ahead of time: from 23:00 UTC on the source
 * is asked each minute, and until the day begins the node adopts the last answer. A node that starts without today's
 * salt asks before it serves, for some seconds. When the day begins and nothing was agreed, the first hit of the day makes
 * a salt of this node's own and counting goes on; that salt stays until midnight, since a second id on one day would count
 * every visitor twice. `/readyz` and the log say so. Each minute the salts are compared again: a salt of our own is
 * proposed where the source has none, so a source that lost its data, or was away from all nodes, gets one.
 *
 * Without a source, tomorrow's salt is made in the last hour too: other nodes may take their salts from this one.
 */
import { messageOf } from '../errors.ts';
import type { SaltSource } from '../hit/salt-source.ts';
import { DAY, type DailySalts, dayName, SALT_BYTES } from '../hit/salts.ts';

/** Milliseconds before midnight from which on tomorrow's salt is agreed on. */
const AHEAD = 3_600_000;
/** Milliseconds between two checks. */
const EVERY = 60_000;
/** Milliseconds between two tries of a start, and for how long it tries. */
const START = { pause: 250, timeout: 10_000 };

export interface SaltAgreementOptions {
  readonly salts: DailySalts;
  /** Undefined for a node that shares no visitors. */
  readonly source: SaltSource | undefined;
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Milliseconds for which a start tries to reach the source. Default 10 s. */
  readonly startTimeout?: number;
}

/** Whose salt it is: that of all nodes, or this node's own. */
type SaltOrigin = 'shared' | 'own';

/** What `/readyz` says of salts. */
export interface SaltHealth {
  /** By UTC day. */
  readonly salts: Readonly<Record<string, SaltOrigin>>;
  readonly problems: readonly string[];
}

export class SaltAgreement implements Disposable {
  readonly #options: SaltAgreementOptions;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #closed = false;
  /** Why the source could not be asked the last time. */
  #fault: string | undefined;
  /** The last day on which the log has said that its salt is this node's own. */
  #warnedDay = '';

  constructor(options: SaltAgreementOptions) {
    this.#options = options;
  }

  get health(): SaltHealth {
    const { salts, source } = this.#options;
    const days = Object.keys(salts.kept).sort();
    const origins = days.map((day) => [day, salts.isShared(day) ? 'shared' : 'own'] as const);
    return { salts: Object.fromEntries(origins), problems: source ? this.#problems(source) : [] };
  }

  /** Resolves when there is a salt for today. From then on it is kept up to date. */
  async start(): Promise<void> {
    const { salts, source, startTimeout = START.timeout } = this.#options;
    if (source && !salts.saltOf(dayName(this.#today()))) {
      const end = performance.now() + startTimeout;
      while (!(await this.#agreeAtStart(source)) && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, START.pause));
      }
    }
    salts.turn();
    // What an earlier run has is compared while hits come already.
    void this.check();
    this.#timer = setInterval(() => void this.check(), EVERY).unref();
  }

  /** Compares and agrees once. It does not reject: a fault is logged, and the next check tries again. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** An answer that is still on its way changes nothing any more. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#closed = true;
  }

  async #check(): Promise<void> {
    const { salts, source, now, log } = this.#options;
    try {
      salts.prune();
      if (now() % DAY >= DAY - AHEAD && !source) salts.prepare(dayName(this.#today() + 1));
    } catch (error) {
      log.warn(`salts cannot be saved: ${messageOf(error)}`);
    }
    if (!source) return;
    try {
      const today = this.#today();
      await this.#agree(source, today);
      if (this.#closed) return;
      if (now() % DAY >= DAY - AHEAD) await this.#agree(source, today + 1);
      await source.forget(dayName(today - 1));
      if (this.#fault !== undefined) log.info(`salts: ${source.name} answers again`);
      this.#fault = undefined;
    } catch (error) {
      this.#failed(source, error);
    }
    this.#warnOwn(source);
  }

  async #agreeAtStart(source: SaltSource): Promise<boolean> {
    try {
      const today = this.#today();
      if (!(await this.#agree(source, today))) return false;
      const yesterday = await source.agree(dayName(today - 1));
      // For hits that come late, and visits over midnight.
      if (yesterday && !this.#closed) this.#options.salts.adopt(dayName(today - 1), yesterday);
      this.#fault = undefined;
      return true;
    } catch (error) {
      this.#failed(source, error);
      return false;
    }
  }

  /** @returns whether the source has a salt for the day */
  async #agree(source: SaltSource, day: number): Promise<boolean> {
    const { salts, random } = this.#options;
    const name = dayName(day);
    const agreed = await source.agree(name, salts.saltOf(name) ?? random(SALT_BYTES));
    // The day may have ended while the source was asked: what is too old is not kept.
    if (agreed && !this.#closed) salts.adopt(name, agreed);
    return agreed !== undefined;
  }

  #failed(source: SaltSource, error: unknown): void {
    if (this.#closed) return;
    const fault = messageOf(error);
    if (this.#fault === undefined) {
      this.#options.log.warn(`salts: ${source.name} cannot be asked: ${fault}`);
    }
    this.#fault = fault;
  }

  /** Once a day. */
  #warnOwn(source: SaltSource): void {
    const today = dayName(this.#today());
    const [problem] = this.#ownProblems(source);
    if (problem === undefined || this.#warnedDay === today) return;
    this.#warnedDay = today;
    this.#options.log.warn(`salts: ${problem}`);
  }

  #problems(source: SaltSource): string[] {
    const missing =
      this.#fault === undefined
        ? this.#missingProblems(source)
        : [`${source.name} cannot be asked for salts: ${this.#fault}`];
    return [...this.#ownProblems(source), ...missing];
  }

  /** A node that gives out salts may have none itself. */
  #missingProblems({ name }: SaltSource): string[] {
    const { salts, now } = this.#options;
    const tomorrow = dayName(this.#today() + 1);
    if (now() % DAY < DAY - AHEAD / 2 || salts.isShared(tomorrow)) return [];
    return [`${name} has no salt for ${tomorrow} yet`];
  }

  #ownProblems({ name }: SaltSource): string[] {
    const { salts } = this.#options;
    const today = dayName(this.#today());
    // Before the first hit of a day it can still become the shared one.
    if (!salts.saltOf(today) || salts.isShared(today)) return [];
    return [
      `this node's salt of ${today} is its own, and not the one of ${name}: a visitor without a cookie who comes to several nodes counts more than once until midnight UTC`,
    ];
  }

  #today(): number {
    return Math.floor(this.#options.now() / DAY);
  }
}
