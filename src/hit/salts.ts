import { HitError } from '../errors.ts';
import { DAY } from '../timing/units.ts';
import { KeyedHash } from './hash.ts';

/** Bytes of a salt. */
export const SALT_BYTES = 16;

/** Salts by UTC day (`2026-11-24`), as stored in the data folder. */
export type SaltTable = Readonly<Record<string, Uint8Array>>;

export interface SaltOptions {
  /** Salts of an earlier run; expired ones are not used. */
  readonly salts?: SaltTable;
  /** Days whose salts are known to be shared by all nodes. */
  readonly shared?: readonly string[];
  /**
   * Called with the table each time it changes, before a new salt is used; salts missing from it must be destroyed.
   * Its errors are thrown to the caller that requested the hash, and the next request tries again.
   */
  readonly onChange?: (salts: SaltTable, shared: readonly string[]) => void;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => number;
}

/**
 * A random secret salt for each UTC day: no salt can be derived from another one, nor from a key. Today's and yesterday's
 * are kept, so a late hit still gets the same visitor id. A salt is destroyed 48 hours after the start of its day, and
 * with it the link between an address and an id.
 *
 * Nodes that share visitors adopt a common salt before its day begins (`SaltAgreement`). Invariant: a salt that may have
 * been used for visitors is never replaced. If no salt was adopted in time, the node creates its own at the day's first
 * hit, and keeps it: two ids on one day would count every visitor twice, which is worse than two nodes that disagree.
 *
 * @example
 * const salts = new DailySalts({ random: randomBytes, now: Date.now });
 * salts.hashFor(Date.now())?.digest('example.com 192.0.2.1 Mozilla/5.0');
 */
export class DailySalts {
  readonly #options: SaltOptions;
  /** Days whose salts this process has used to name visitors. */
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

  /** The salts kept, including today's and, in the last hour of a day, tomorrow's. */
  get table(): SaltTable {
    this.rotate();
    return this.#table;
  }

  /** Like `table`, but does not create today's salt: a reader must not decide it. */
  get kept(): SaltTable {
    return this.#table;
  }

  /** The salt of a day, such as `2026-11-24`, if there is one. Unlike `table`, it creates none. */
  saltOf(day: string): Uint8Array | undefined {
    return this.#table[day];
  }

  /** Whether the salt of a day is shared by all nodes. */
  isShared(day: string): boolean {
    return this.#shared.includes(day);
  }

  /** The hash for the day of `time` (milliseconds), or undefined if its salt is gone. A future time counts as today. */
  hashFor(time: number): KeyedHash | undefined {
    const today = this.rotate();
    const day = Math.floor(time / DAY);
    if (day >= today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  /**
   * The hash for a day by its number since 1970; undefined if its salt is gone or the day has not begun.
   */
  hashOf(day: number): KeyedHash | undefined {
    const today = this.rotate();
    if (day === today) return this.#current;
    return day === today - 1 ? this.#previous : undefined;
  }

  /** Creates today's salt and destroys expired ones, unless already done. Returns the day's number. */
  rotate(): number {
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
    // Last: if a step fails, the next hit fails too instead of being named by another salt.
    this.#today = today;
    return today;
  }

  /** Destroys expired salts, and creates none. */
  prune(): void {
    const today = Math.floor(this.#options.now() / DAY);
    if (today !== this.#today) this.#forgetHashes();
    this.#save(keptOf(this.#table, today), this.#shared);
  }

  /**
   * Adopts the shared salt of a day, unless another one may already have been used for visitors.
   *
   * @param day such as `2026-11-24`: yesterday, today or tomorrow; other days are not kept
   * @returns whether it is now this node's salt of that day
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

  /** Creates the node's own salt for a future day if it has none: before midnight there is no hurry. */
  prepare(day: string): void {
    if (!this.#table[day]) {
      this.#take({ ...this.#table, [day]: this.#options.random(SALT_BYTES) }, this.#shared);
    }
  }

  #take(table: SaltTable, shared: readonly string[]): void {
    const today = Math.floor(this.#options.now() / DAY);
    this.#save(keptOf(table, today), shared);
    // Yesterday's salt may have changed.
    this.#forgetHashes();
  }

  /** The salt of a day that has begun may have been used by an earlier run of this node. */
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
  // Tomorrow's salt is adopted ahead of its day, and also exists after a clock was set back over midnight.
  for (const day of [today - 1, today, today + 1].map(dayName)) {
    if (table[day]) rest[day] = table[day];
  }
  return rest;
}

/** @param day counted from 1970 */
export function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
