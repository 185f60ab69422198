import { createHash } from 'node:crypto';
import { KeyedHash } from './hash.ts';

const DAY = 86_400_000;
const SALT_BYTES = 16;
/** Days over which a salt is carried on. */
const MOST_DAYS = 4000;

/** Salts by UTC day (`2026-11-24`), as kept in the data folder. */
export type SaltTable = Readonly<Record<string, Uint8Array>>;

export interface SaltOptions {
  /** Salts of an earlier run; those that are too old are not used again. */
  readonly salts?: SaltTable;
  /**
   * Told of the table each time it changes, before a new salt is used; what is missing from it must be destroyed.
   * What it throws goes to whoever asked for the hash, and the next one asks again.
   */
  readonly onChange?: (salts: SaltTable) => void;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => number;
}

/**
 * A secret salt for each UTC day. Today's and yesterday's are kept, so that a hit which arrives late still names the
 * same visitor; 48 hours after it was made a salt is destroyed, and with it the link between an address and an id.
 *
 * The first is random. Each next one is a digest of the one before: so nodes that began with the same secrets go on with
 * the same salts, day by day, and never have to ask each other. A digest cannot be undone, so that whoever has the salts
 * of today knows none of the days before yesterday.
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

  /** The salts that are kept, today's among them: for another thread of this process. */
  get table(): SaltTable {
    this.turn();
    return this.#table;
  }

  /** The hash of the day that `time` (milliseconds) falls on, or undefined if its salt is gone. The future is today. */
  hashFor(time: number): KeyedHash | undefined {
    const today = this.turn();
    const day = Math.floor(time / DAY);
    if (day >= today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  /** Makes today's salt and destroys those that are too old, where that is not done. Returns the day's number. */
  turn(): number {
    const today = Math.floor(this.#options.now() / DAY);
    if (today === this.#today) return today;
    const table: Record<string, Uint8Array> = {};
    // Tomorrow's is there after a clock was set back over midnight, and tomorrow it is needed again.
    for (const day of [today - 1, today, today + 1].map(dayName)) {
      if (this.#table[day]) table[day] = this.#table[day];
    }
    const current = table[dayName(today)] ?? this.#next(today);
    table[dayName(today)] = current;
    const previous = table[dayName(today - 1)];
    const days = Object.keys(table);
    if (days.length !== Object.keys(this.#table).length || days.some((day) => !this.#table[day])) {
      this.#options.onChange?.(table);
    }
    this.#table = table;
    this.#today = today;
    this.#current = new KeyedHash(current);
    this.#previous = previous && new KeyedHash(previous);
    return today;
  }

  /** From the newest that is there, whatever its age: a node may have been away for weeks. */
  #next(today: number): Uint8Array {
    const days = Object.keys(this.#table).map((name) => Date.parse(name) / DAY);
    const newest = Math.max(...days.filter((day) => day < today));
    if (!(today - newest <= MOST_DAYS)) return this.#options.random(SALT_BYTES);
    let salt = this.#table[dayName(newest)]!;
    for (let day = newest; day < today; day++) salt = saltAfter(salt);
    return salt;
  }
}

function saltAfter(salt: Uint8Array): Uint8Array {
  return new Uint8Array(
    createHash('sha256').update('the day after').update(salt).digest().subarray(0, SALT_BYTES),
  );
}

function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
