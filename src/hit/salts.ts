import { KeyedHash } from './hash.ts';

const DAY = 86_400_000;

/** Salts by UTC day (`2026-11-24`), as kept in the data folder. */
export type SaltTable = Readonly<Record<string, Uint8Array>>;

export interface SaltOptions {
  /** Salts of an earlier run; those that are too old are not used again. */
  readonly salts?: SaltTable;
  /** Told of the table each time it changes; what is missing from it must be destroyed. */
  readonly onChange?: (salts: SaltTable) => void;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => number;
}

/**
 * A random salt for each UTC day. Today's and yesterday's are kept, so that a hit which arrives late still names the
 * same visitor; 48 hours after it was made a salt is destroyed, and with it the link between an address and an id.
 *
 * @example
 * const salts = new DailySalts({ random: randomBytes, now: Date.now });
 * salts.hashFor(Date.now())?.digest('example.com 192.0.2.1 Mozilla/5.0');
 */
export class DailySalts {
  readonly #options: SaltOptions;
  #table: Record<string, Uint8Array> = {};
  #today = Number.NaN;
  #current: KeyedHash | undefined;
  #previous: KeyedHash | undefined;

  constructor(options: SaltOptions) {
    this.#options = options;
    this.#table = { ...options.salts };
  }

  /** The hash of the day that `time` (milliseconds) falls on, or undefined if its salt is gone. The future is today. */
  hashFor(time: number): KeyedHash | undefined {
    const today = Math.floor(this.#options.now() / DAY);
    if (today !== this.#today) this.#turn(today);
    const day = Math.floor(time / DAY);
    if (day >= today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  #turn(today: number): void {
    const kept: Record<string, Uint8Array> = {};
    const names = { current: dayName(today), previous: dayName(today - 1) };
    const previous = this.#table[names.previous];
    if (previous) kept[names.previous] = previous;
    kept[names.current] = this.#table[names.current] ?? this.#options.random(16);
    const changed =
      Object.keys(kept).length !== Object.keys(this.#table).length || !(names.current in this.#table);
    this.#table = kept;
    this.#today = today;
    this.#current = new KeyedHash(kept[names.current]!);
    this.#previous = previous && new KeyedHash(previous);
    if (changed) this.#options.onChange?.(kept);
  }
}

function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
