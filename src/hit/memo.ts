/**
 * Remembers what was computed of a string, in bounded memory and with one map look-up where it is known: two
 * generations; when the young one is full it becomes the old one, and what was not asked for meanwhile is forgotten.
 *
 * @example
 * const lengths = new Memo({ most: 1000, longest: 200 }, (text) => text.length);
 * lengths.of('hello'); // 5
 */
export class Memo<Value> {
  readonly #generation: number;
  readonly #longest: number;
  readonly #compute: (text: string) => Value;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param bounds `most` strings are remembered; a string is cut to `longest` UTF-16 units before all else. */
  constructor(bounds: { most: number; longest: number }, compute: (text: string) => Value) {
    this.#generation = Math.ceil(bounds.most / 2);
    this.#longest = bounds.longest;
    this.#compute = compute;
  }

  of(text: string): Value {
    const key = text.length > this.#longest ? text.slice(0, this.#longest) : text;
    const known = this.#young.get(key);
    return known === undefined ? this.#renew(key) : known;
  }

  #renew(text: string): Value {
    // What is computed may be a slice of the key, and then keeps no more than that alive.
    const key = owned(text);
    let value = this.#old.get(key);
    if (value === undefined) value = this.#compute(key);
    if (this.#young.size >= this.#generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}

/**
 * A copy with memory of its own: a slice of a large text would keep all of that text alive. Latin text takes a byte a
 * character, and is told from other text by engines that way: whoever reads both kinds reads slower.
 */
export function owned(text: string): string {
  const latin = Buffer.from(text, 'latin1').toString('latin1');
  return latin === text ? latin : Buffer.from(text, 'utf16le').toString('utf16le');
}
