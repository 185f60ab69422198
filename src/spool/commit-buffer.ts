import { type HitError, messageOf } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { RowWriter } from '../rows/row.ts';

/** Reports whether the appended hits are durable: they are if `fault` is undefined. */
export type Done = (fault: HitError | undefined) => void;

/** Hits that are written and acknowledged together. */
export interface CommitGroup {
  /** Rows and their seal. Overwritten by the next group but one. */
  readonly bytes: Buffer;
  readonly hits: number;
  readonly waiting: readonly Done[];
}

/** Double buffer: hits are collected in one buffer while the commit group in the other is written. */
export class CommitBuffer {
  #next = new RowWriter();
  #last = new RowWriter();
  #waiting: Done[] = [];
  #hits = 0;
  #isStalled = false;

  get hits(): number {
    return this.#hits;
  }

  get bytes(): number {
    return this.#next.length;
  }

  /** Whether the group that was taken last takes too long to write, so that nothing may wait behind it: see `withdraw`. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  add(hit: Hit, done: Done): void {
    this.#next.write(hit);
    this.#hits++;
    this.#waiting.push(done);
  }

  /** Adds rows that were encoded elsewhere; `done` is called once for all of them. */
  addRows(rows: Uint8Array, hits: number, done: Done): void {
    this.#next.append(rows);
    this.#hits += hits;
    this.#waiting.push(done);
  }

  /** Closes the current group. The previous group must have been written before: see `written`. */
  take(): CommitGroup {
    const group = { bytes: this.#next.seal(), hits: this.#hits, waiting: this.#waiting };
    this.#waiting = [];
    this.#hits = 0;
    [this.#next, this.#last] = [this.#last, this.#next];
    return group;
  }

  /** Drops the hits of the current group, as the last one takes too long to write. @returns who waits for them */
  withdraw(): readonly Done[] {
    this.#isStalled = true;
    // Ends the group; nothing is written of it.
    this.#next.seal();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#hits = 0;
    return waiting;
  }

  /** The group that was taken last is written, or has failed. */
  written(): void {
    this.#isStalled = false;
  }
}

/**
 * Calls every callback of a group, even if one throws.
 *
 * @param log told what a callback throws
 */
export function acknowledge(
  waiting: readonly Done[],
  fault: HitError | undefined,
  log: { error(message: string): void },
): void {
  for (let told = 0; told < waiting.length; ) {
    try {
      while (told < waiting.length) waiting[told++]!(fault);
    } catch (error) {
      log.error(`spool: a hit's acknowledgement failed: ${messageOf(error)}`);
    }
  }
}
