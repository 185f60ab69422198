/**
 * Caches values computed from strings in bounded memory; a hit costs one map lookup. There are two generations: when the
 * young one is full, it becomes the old one, and entries not used in the meantime are dropped.
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

  /** @param bounds at most `most` strings are cached; a string is first cut to `longest` UTF-16 units. */
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
    // The value may be a slice of the key: an owned key keeps no larger text alive.
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
 * A copy with its own memory: a slice of a large text would keep all of that text alive. Engines store Latin text with
 * one byte per character, as a separate kind of string; code that reads both kinds is slower.
 */
export function owned(text: string): string {
  // Other runtimes have no Buffer; a text that is parsed has its own memory, too.
  if (typeof Buffer === 'undefined') return JSON.parse(JSON.stringify(text));
  const latin = Buffer.from(text, 'latin1').toString('latin1');
  return latin === text ? latin : Buffer.from(text, 'utf16le').toString('utf16le');
}
