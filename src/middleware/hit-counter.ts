/**
 * What all middlewares share: the answers of an application become hits of its trackers.
 *
 * A hit is tracked after its answer has been sent, for two reasons: only then is it known whether a page was delivered, and
 * nothing that a tracker does can delay the answer.
 *
 * Invariants: no error of a tracker reaches the application; each answer is tracked at most once by each tracker; at most
 * `MOST_PENDING` hits of a tracker are pending; `lost` has each hit that a tracker did not count because it failed, was too
 * slow, or was closed.
 */
import { HitError, messageOf } from '../errors.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { MINUTE } from '../timing/units.ts';
import type { TrackInput } from '../trackers/input.ts';

/** What counts hits: a `SimpleTracker`, `RateTracker` or `DBTracker`, or an object of the application's own. */
export interface Tracker {
  /** @returns anything; a promise resolves when the hit is counted, and rejects if it is not */
  track(input: TrackInput): unknown;
}

/** A tracker that a middleware has made itself, and closes. */
export interface OwnTracker extends Tracker {
  close?(): Promise<void>;
}

export interface CounterOptions {
  /**
   * Receives what goes wrong in a tracker, at most once a minute for each; `lost` has the number of hits. Default: prints one
   * line on stderr.
   */
  readonly onError?: (error: unknown) => void;
  /** Milliseconds for which `close` waits for answers and hits that are under way. Default 10,000. */
  readonly closeTimeout?: number;
}

/** Most pending hits of a tracker: one that hangs must not fill the memory. */
const MOST_PENDING = 10_000;
const CLOSE_TIMEOUT = 10_000;
/** Milliseconds between two reports of a tracker. */
const REPORT_INTERVAL = MINUTE;

/** A source of errors, and when one was reported: milliseconds since 1970. */
interface Source {
  reported: number;
}

interface Channel extends Source {
  readonly tracker: Tracker;
  pending: number;
}

/** Ends an exchange: with what to track, or without if nothing was delivered. Resolves when that is tracked. */
export type EndExchange = (input: TrackInput | undefined) => Promise<void>;

export class HitCounter {
  /** Hits that a tracker did not count because it failed. Hits of two trackers count as two. */
  lost = 0;
  readonly #channels: readonly Channel[];
  readonly #requests: Source = { reported: Number.NEGATIVE_INFINITY };
  /** What exchanges were begun with. */
  readonly #begun = new WeakSet<object>();
  readonly #own: readonly OwnTracker[];
  readonly #onError: (error: unknown) => void;
  readonly #closeTimeout: number;
  /** Exchanges and hits under way. */
  #underWay = 0;
  #onIdle: (() => void) | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /**
   * @param given trackers of the application, which stay open
   * @param own trackers that are closed with the middleware
   */
  constructor(given: readonly Tracker[], own: readonly OwnTracker[], options: CounterOptions = {}) {
    this.#channels = [...given, ...own].map((tracker) => ({
      tracker,
      pending: 0,
      reported: Number.NEGATIVE_INFINITY,
    }));
    this.#own = own;
    this.#onError = options.onError ?? printError;
    this.#closeTimeout = options.closeTimeout ?? CLOSE_TIMEOUT;
  }

  /**
   * Begins an exchange, for which `close` waits. Only the first call of the result has an effect; it never throws.
   *
   * @param exchange an object that only this exchange has
   * @returns undefined if it was begun already: an application may use a middleware twice, as in a router
   */
  begin(exchange: object): EndExchange | undefined {
    if (this.#begun.has(exchange)) return undefined;
    this.#begun.add(exchange);
    if (this.#closing) return this.#miss;
    this.#underWay++;
    let isOpen = true;
    return async (input) => {
      if (!isOpen) return;
      isOpen = false;
      try {
        if (input !== undefined) await this.#track(input);
      } finally {
        this.#end();
      }
    };
  }

  /** Runs what may fail with an odd request or with an option of the application: the hit is then lost. */
  guard<Result>(run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      this.#lose(this.#requests, error);
      return undefined;
    }
  }

  /**
   * Waits for answers that are being sent and hits that are being tracked, up to `closeTimeout`, and closes trackers that the
   * middleware has made. Later answers are not counted.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#underWay > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      await waitUpTo(this.#closeTimeout, idle);
    }
    this.#isClosed = true;
    for (const channel of this.#channels) this.#giveUp(channel);
    const closed = Promise.allSettled(this.#own.map(async (tracker) => tracker.close?.()));
    for (const outcome of (await waitUpTo(this.#closeTimeout, closed)) ?? [])
      if (outcome.status === 'rejected') this.#report(outcome.reason);
  }

  /** An exchange that begins when the middleware is closed. */
  readonly #miss: EndExchange = async (input) => {
    if (input !== undefined) this.lost++;
  };

  /** Never throws or rejects. */
  async #track(input: TrackInput): Promise<void> {
    await Promise.all(this.#channels.map((channel) => this.#trackIn(channel, input)));
  }

  #trackIn(channel: Channel, input: TrackInput): Promise<void> | undefined {
    if (this.#isClosed) {
      this.lost++;
      return undefined;
    }
    if (channel.pending >= MOST_PENDING) {
      const error = `a tracker has ${MOST_PENDING} pending hits: more are not counted`;
      this.#lose(channel, new HitError('overloaded', error));
      return undefined;
    }
    try {
      const tracked = channel.tracker.track(input);
      return isPromise(tracked) ? this.#settled(channel, tracked) : undefined;
    } catch (error) {
      this.#lose(channel, error);
      return undefined;
    }
  }

  async #settled(channel: Channel, tracked: PromiseLike<unknown>): Promise<void> {
    channel.pending++;
    try {
      await tracked;
    } catch (error) {
      // What was given up when the middleware was closed is lost already.
      if (!this.#isClosed) this.#lose(channel, error);
    } finally {
      channel.pending--;
    }
  }

  #giveUp(channel: Channel): void {
    if (channel.pending === 0) return;
    this.lost += channel.pending - 1;
    const error = `a tracker did not count ${channel.pending} hits within ${this.#closeTimeout} ms`;
    channel.reported = Number.NEGATIVE_INFINITY;
    this.#lose(channel, new HitError('overloaded', error));
  }

  #lose(source: Source, error: unknown): void {
    this.lost++;
    const now = Date.now();
    if (now - source.reported < REPORT_INTERVAL) return;
    source.reported = now;
    this.#report(error);
  }

  /** An error of the application's own `onError` has nowhere to go. */
  #report(error: unknown): void {
    try {
      const reported: unknown = this.#onError(error);
      if (isPromise(reported)) reported.then(undefined, () => undefined);
    } catch {}
  }

  #end(): void {
    this.#underWay--;
    if (this.#underWay === 0) this.#onIdle?.();
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

function printError(error: unknown): void {
  console.error(`hit-tracker: hits are not counted: ${messageOf(error)}`);
}
