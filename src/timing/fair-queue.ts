/**
 * A bounded queue in which owners take turns, and within an owner its topics: an owner that adds a thousand items delays another
 * one by a single item. If the queue is full, the owner with the most items loses its newest one, so no owner can fill it alone.
 *
 * Invariants: `size` is the number of items and never exceeds the maximum; each item leaves the queue once.
 *
 * @example
 * const queue = new FairQueue<string>(3);
 * queue.add('a1', 'a');
 * queue.add('a2', 'a');
 * queue.add('b1', 'b');
 * queue.add('b2', 'b'); // 'b2': both owners have two, and this one is the newest
 * [queue.next(), queue.next(), queue.next()]; // 'a1', 'b1', 'a2'
 */
export class FairQueue<Item> {
  readonly #most: number;
  /** Topics of owners; the one whose turn is next comes first, on both levels. */
  readonly #owners = new Map<string, Owner<Item>>();
  #size = 0;

  /** @param most maximum number of items */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the item that has to leave, perhaps the added one; undefined if there is room */
  add(item: Item, owner: string, topic = ''): Item | undefined {
    const own = this.#owners.get(owner) ?? { size: 0, topics: new Map<string, Item[]>() };
    this.#owners.set(owner, own);
    const items = own.topics.get(topic) ?? [];
    own.topics.set(topic, items);
    items.push(item);
    own.size++;
    this.#size++;
    return this.#size > this.#most ? this.#evict(owner) : undefined;
  }

  /** Takes the item whose turn it is; undefined if there is none. */
  next(): Item | undefined {
    const [owner, own] = this.#owners.entries().next().value ?? [];
    if (owner === undefined || own === undefined) return undefined;
    const [topic, items] = own.topics.entries().next().value!;
    const item = items.shift()!;
    this.#owners.delete(owner);
    own.topics.delete(topic);
    if (items.length > 0) own.topics.set(topic, items);
    own.size--;
    this.#size--;
    if (own.size > 0) this.#owners.set(owner, own);
    return item;
  }

  /** Removes an item, if it is still there. */
  remove(item: Item, owner: string, topic = ''): void {
    const own = this.#owners.get(owner);
    const items = own?.topics.get(topic);
    const at = items?.lastIndexOf(item) ?? -1;
    if (own && items && at >= 0) this.#take(at, items, { owner, own, topic });
  }

  /** @param adding whose item was added last: it loses that item, unless another owner has more */
  #evict(adding: string): Item {
    let most = { owner: adding, own: this.#owners.get(adding)! };
    for (const [owner, own] of this.#owners) if (own.size > most.own.size) most = { owner, own };
    const { owner, own } = most;
    // The topic with the most items: within an owner, the same rule.
    const [topic, items] = [...own.topics].reduce((longest, each) =>
      each[1].length > longest[1].length ? each : longest,
    );
    return this.#take(items.length - 1, items, { owner, own, topic });
  }

  #take(
    at: number,
    items: Item[],
    { owner, own, topic }: { readonly owner: string; readonly own: Owner<Item>; readonly topic: string },
  ): Item {
    const [item] = items.splice(at, 1);
    if (items.length === 0) own.topics.delete(topic);
    own.size--;
    this.#size--;
    if (own.size === 0) this.#owners.delete(owner);
    return item!;
  }
}

interface Owner<Item> {
  size: number;
  readonly topics: Map<string, Item[]>;
}
