/** Random numbers, reproducible by a seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, exclusive: a Weyl sequence, mixed by MurmurHash3's finalizer. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }

  /** An integer between both bounds, inclusive. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** An item of which the first are far more likely than the last. */
  pickEarly<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() ** 3 * items.length)]!;
  }

  /** An integer of at least 1, usually small and occasionally very large. */
  longTail(most: number): number {
    return Math.min(most, Math.floor((1 - this.next()) ** -0.8));
  }
}
