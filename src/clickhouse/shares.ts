/**
 * Shares of visitors. A statement that groups hits by visitor, or whose results for several sets of visitors add up, can run once
 * for each share instead of once for all, and then takes less memory.
 */
import { HitError } from '../errors.ts';
import { isOutOfMemory } from './faults.ts';

/** The visitors whose hash, divided by `of`, leaves `number`. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

/** All visitors. */
export const EVERYBODY: Share = { number: 0, of: 1 };

/** A share of a million hits has a few hundred of them then: more shares would not help. */
const MOST_SHARES = 4096;

/** SQL: whether a hit is of a visitor of the share. Every hit of a visitor is in the same share. */
export function shareSql({ number, of }: Share): string {
  return of === 1 ? 'true' : `intHash64(visitor) % ${of} = ${number}`;
}

/**
 * Runs a statement once for each share. If one takes too much memory, it and all that follow are split.
 *
 * @param run leaves nothing behind if it fails
 * @param of number of shares to begin with: a power of two
 * @throws HitError `engine_memory` if not even the smallest share fits
 */
export async function inShares(run: (share: Share) => Promise<void>, of = 1): Promise<void> {
  let shares = Array.from({ length: of }, (_, number): Share => ({ number, of }));
  for (;;) {
    const [share, ...rest] = shares;
    if (!share) return;
    try {
      await run(share);
      shares = rest;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      if (share.of >= MOST_SHARES) throw memoryFault(error);
      shares = shares.flatMap(split);
    }
  }
}

/** A number of shares to begin with, so that each has at most about `most` hits. */
export function sharesOf(hits: number, most: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(hits / most)));
}

/** Says that work does not fit into the engine's memory, and what to do. */
export function memoryFault(cause: unknown): HitError {
  const message =
    'the embedded engine has too little memory for this, even in small pieces: give the container (--memory), the service (MemoryMax) or the machine more, or stop other work';
  return new HitError('engine_memory', message, { cause, retryAfter: 60 });
}

function split({ number, of }: Share): Share[] {
  return [
    { number, of: of * 2 },
    { number: number + of, of: of * 2 },
  ];
}
