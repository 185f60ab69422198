/**
 * Agreement on the salt that all nodes use on a UTC day.
 *
 * A hit cannot wait for the network at midnight, so tomorrow's salt is agreed on ahead of time: from 23:00 UTC on, the node
 * asks the source every minute, and until the day begins it adopts the latest answer. A node that starts without today's
 * salt asks for some seconds before it serves. If the day begins without an agreed salt, the first hit of the day creates
 * this node's own salt and counting continues; that salt stays until midnight, since a second id on one day would count
 * every visitor twice. `/readyz` and the log report it. Every minute the salts are compared again: the node proposes its
 * own salt if the source has none, so a source that lost its data, or was unreachable for all nodes, gets one.
 *
 * Without a source, tomorrow's salt is created in the last hour too: other nodes may take their salts from this one.
 */

import { messageOf } from '../errors.ts';
import type { SaltSource } from '../hit/salt-source.ts';
import { type DailySalts, dayName, SALT_BYTES } from '../hit/salts.ts';
import { pause } from '../timing/pause.ts';
import { DAY, HOUR } from '../timing/units.ts';

/** Milliseconds before midnight at which the agreement on tomorrow's salt begins. */
const AHEAD = HOUR;
/** Milliseconds between two checks. */
const EVERY = 60_000;
/** Milliseconds between two attempts at start, and for how long to retry. */
const START = { pause: 250, timeout: 10_000 };

export interface SaltAgreementOptions {
  readonly salts: DailySalts;
  /** Undefined for a node that does not share visitors. */
  readonly source: SaltSource | undefined;
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Milliseconds for which `start` tries to reach the source. Default: 10 s. */
  readonly startTimeout?: number;
}

/** Origin of a salt: shared by all nodes, or this node's own. */
export const SALT_ORIGINS = ['shared', 'own'] as const;
type SaltOrigin = (typeof SALT_ORIGINS)[number];

/** Salts as reported by `/readyz`. */
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
  /** Error of the last request to the source. */
  #fault: string | undefined;
  /** The last day for which the log reported that its salt is this node's own. */
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

  /** Resolves when there is a salt for today. From then on salts are kept up to date. */
  async start(): Promise<void> {
    const { salts, source, startTimeout = START.timeout } = this.#options;
    if (source && !salts.saltOf(dayName(this.#today()))) {
      const end = performance.now() + startTimeout;
      while (!(await this.#agreeAtStart(source)) && performance.now() < end) {
        await pause(START.pause);
      }
    }
    salts.rotate();
    // Salts of an earlier run are compared while hits already arrive.
    void this.check();
    this.#timer = setInterval(() => void this.check(), EVERY).unref();
  }

  /** Compares and agrees once. Does not reject: a fault is logged, and the next check tries again. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Stops the checks. An answer that arrives later is ignored. */
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
      // For late hits, and visits that span midnight.
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
    // The day may have ended during the request: an expired salt is not kept.
    if (agreed && !this.#closed) salts.adopt(name, agreed);
    return agreed !== undefined;
  }

  #failed(source: SaltSource, error: unknown): void {
    if (this.#closed) return;
    const fault = messageOf(error);
    if (this.#fault === undefined) {
      this.#options.log.warn(`salts: ${source.name} is unavailable: ${fault}`);
    }
    this.#fault = fault;
  }

  /** Logs at most once per day. */
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
        : [`${source.name} cannot be reached for salts: ${this.#fault}`];
    return [...this.#ownProblems(source), ...missing];
  }

  /** A node that hands out salts may have none itself. */
  #missingProblems({ name }: SaltSource): string[] {
    const { salts, now } = this.#options;
    const tomorrow = dayName(this.#today() + 1);
    if (now() % DAY < DAY - AHEAD / 2 || salts.isShared(tomorrow)) return [];
    return [`${name} has no salt for ${tomorrow} yet`];
  }

  #ownProblems({ name }: SaltSource): string[] {
    const { salts } = this.#options;
    const today = dayName(this.#today());
    // Until the first hit of the day, the shared salt can still be adopted.
    if (!salts.saltOf(today) || salts.isShared(today)) return [];
    return [
      `this node's salt of ${today} is its own, and not the one of ${name}: a visitor without a cookie who comes to several nodes counts more than once until midnight UTC`,
    ];
  }

  #today(): number {
    return Math.floor(this.#options.now() / DAY);
  }
}
