import { HitError } from '../errors.ts';
import { KeyedHash } from './hash.ts';

/** Length of a UTC day, in milliseconds. */
export const DAY = 86_400_000;
/** Bytes of a salt. */
export const SALT_BYTES = 16;

/** Salts by UTC day (`2026-11-24`), as kept in the data folder. */
export type SaltTable = Readonly<Record<string, Uint8Array>>;

export interface SaltOptions {
  /** Salts of an earlier run; those that are too old are not used again. */
  readonly salts?: SaltTable;
  /** Days whose salts are known to be those of all nodes. */
  readonly shared?: readonly string[];
  /**
   * Called with the table each time it changes, before a new salt is used; what is missing from it must be destroyed.
   * What it throws is thrown to the caller who asked for the hash, and the next one asks again.
   */
  readonly onChange?: (salts: SaltTable, shared: readonly string[]) => void;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => number;
}

/**
 * A secret salt for each UTC day, each random: no salt follows from another one, nor from a key. Today's and yesterday's
 * are kept, so that a hit which arrives late still names the same visitor; 48 hours after the start of its day a salt is
 * destroyed, and with it the link between an address and an id.
 *
 * Nodes that share visitors adopt a common salt, ahead of its day (`SaltAgreement`). Invariant: a salt by which visitors
 * may have been named is never replaced. A day for which nothing was adopted in time gets a salt of this node's own at
 * its first hit, and keeps it: two ids on one day would count every visitor twice, which is worse than two nodes that
 * disagree.
 *
 * @example
 * const salts = new DailySalts({ random: randomBytes, now: Date.now });
 * salts.hashFor(Date.now())?.digest('example.com 192.0.2.1 Mozilla/5.0');
 */
export class DailySalts {
  readonly #options: SaltOptions;
  /** Days by whose salts this process has named visitors. */
  readonly #used = new Set<string>();
  #table: SaltTable = {};
  #shared: readonly string[] = [];
  #today = Number.NaN;
  #current: KeyedHash | undefined;
  #previous: KeyedHash | undefined;

  constructor(options: SaltOptions) {
    this.#options = options;
    this.#table = { ...options.salts };
    this.#shared = options.shared ?? [];
  }

  /** The salts that are kept, today's among them; in the last hour of a day also tomorrow's. */
  get table(): SaltTable {
    this.turn();
    return this.#table;
  }

  /** The same, without making today's: a reader must not decide which it is. */
  get kept(): SaltTable {
    return this.#table;
  }

  /** The salt of a day, such as `2026-11-24`, if there is one. Unlike `table`, it makes none. */
  saltOf(day: string): Uint8Array | undefined {
    return this.#table[day];
  }

  /** Whether the salt of a day is the one that all nodes use. */
  isShared(day: string): boolean {
    return this.#shared.includes(day);
  }

  /** The hash of the day that `time` (milliseconds) falls on, or undefined if its salt is gone. The future is today. */
  hashFor(time: number): KeyedHash | undefined {
    const today = this.turn();
    const day = Math.floor(time / DAY);
    if (day >= today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  /**
   * The hash of a day by its number since 1970; undefined if its salt is gone, or the day has not begun.
   */
  hashOf(day: number): KeyedHash | undefined {
    const today = this.turn();
    if (day === today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  /** Makes today's salt and destroys those that are too old, where that is not done. Returns the day's number. */
  turn(): number {
    const today = Math.floor(this.#options.now() / DAY);
    if (today === this.#today) return today;
    const table = keptOf(this.#table, today);
    const name = dayName(today);
    const current = table[name] ?? this.#options.random(SALT_BYTES);
    table[name] = current;
    this.#save(table, this.#shared);
    this.#used.add(name);
    this.#current = new KeyedHash(current);
    const previous = table[dayName(today - 1)];
    this.#previous = previous && new KeyedHash(previous);
    // Last: where one of them cannot be used, the next hit meets the same fault, and is not named by another salt.
    this.#today = today;
    return today;
  }

  /** Destroys salts that are too old, and makes none. */
  prune(): void {
    const today = Math.floor(this.#options.now() / DAY);
    if (today !== this.#today) this.#forgetHashes();
    this.#save(keptOf(this.#table, today), this.#shared);
  }

  /**
   * Takes the salt that all nodes use on a day, unless visitors may have been named by another one already.
   *
   * @param day such as `2026-11-24`: yesterday, today or tomorrow; others are not kept
   * @returns whether it is this node's salt of that day now
   */
  adopt(day: string, salt: Uint8Array): boolean {
    if (salt.length !== SALT_BYTES)
      throw new HitError('internal', `a salt has ${SALT_BYTES} bytes, not ${salt.length}`);
    const known = this.#table[day];
    const isSame = known !== undefined && Buffer.compare(known, salt) === 0;
    const isFree = known === undefined || !this.#mayBeUsed(day);
    const shared = this.#shared.filter((each) => each !== day);
    if (isSame || isFree) {
      this.#take({ ...this.#table, [day]: salt }, [...shared, day]);
    } else this.#save(this.#table, shared);
    return this.isShared(day);
  }

  /** Makes a salt of this node's own for a day to come, where it has none: before midnight there is no hurry. */
  prepare(day: string): void {
    if (!this.#table[day]) {
      this.#take({ ...this.#table, [day]: this.#options.random(SALT_BYTES) }, this.#shared);
    }
  }

  #take(table: SaltTable, shared: readonly string[]): void {
    const today = Math.floor(this.#options.now() / DAY);
    this.#save(keptOf(table, today), shared);
    // Yesterday's may be new.
    this.#forgetHashes();
  }

  /** A salt of a day that has begun may have been used by an earlier run of this node. */
  #mayBeUsed(day: string): boolean {
    return this.#used.has(day) || Date.parse(day) <= this.#options.now();
  }

  #save(table: SaltTable, wanted: readonly string[]): void {
    const shared = wanted.filter((day) => table[day]).sort();
    const days = Object.keys(table);
    const isSame =
      days.length === Object.keys(this.#table).length &&
      days.every((day) => this.#table[day] === table[day]) &&
      shared.join() === this.#shared.join();
    if (!isSame) this.#options.onChange?.(table, shared);
    this.#table = table;
    this.#shared = shared;
  }

  #forgetHashes(): void {
    this.#today = Number.NaN;
    this.#current = undefined;
    this.#previous = undefined;
  }
}

function keptOf(table: SaltTable, today: number): Record<string, Uint8Array> {
  const rest: Record<string, Uint8Array> = {};
  // Tomorrow's is adopted ahead of its day, and is there after a clock was set back over midnight.
  for (const day of [today - 1, today, today + 1].map(dayName)) {
    if (table[day]) rest[day] = table[day];
  }
  return rest;
}

/** @param day counted from 1970 */
export function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
