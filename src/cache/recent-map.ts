/**
 * A map of at most so many entries: one more drops the entry that was set longest ago. Reading an entry does not renew
 * it.
 *
 * @example
 * const answers = new RecentMap<string, number>(2);
 * for (const [name, value] of [['a', 1], ['b', 2], ['a', 3], ['c', 4]] as const) answers.set(name, value);
 * answers.get('b'); // undefined
 */
export class RecentMap<Key, Value> {
  readonly #most: number;
  /** The entry that was set longest ago first. */
  readonly #entries = new Map<Key, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value!);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
