/** Milliseconds that a batch waits for more items. */
const FLUSH_AFTER = 1000;

export interface BatchOptions<Item> {
  /** Approximate weight of a batch. */
  readonly weight: number;
  readonly weightOf: (item: Item) => number;
  /** Takes a batch. The next batch follows when it is done. */
  readonly take: (items: readonly Item[]) => Promise<void>;
}

/**
 * Gathers single items into batches: a batch is taken when it is heavy enough, or after a second.
 *
 * @example
 * const batches = new Batches<string>({ weight: 1000, weightOf: (text) => text.length, take: async (texts) => save(texts) });
 * await batches.add('a text');
 * await batches.flush(); // all items are saved
 */
export class Batches<Item> {
  readonly #options: BatchOptions<Item>;
  #items: Item[] = [];
  #weight = 0;
  #timer: NodeJS.Timeout | undefined;
  #taken: Promise<void> = Promise.resolve();

  constructor(options: BatchOptions<Item>) {
    this.#options = options;
  }

  /** Waits if a full batch must wait for the one before it. Throws what taking that one threw. */
  async add(item: Item): Promise<void> {
    this.#items.push(item);
    this.#weight += this.#options.weightOf(item);
    if (this.#weight < this.#options.weight) {
      this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER);
      return;
    }
    const last = this.#taken;
    void this.flush();
    await last;
  }

  /** Waits until all added items are taken. Throws what taking them, or an earlier batch, threw. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#items;
    this.#items = [];
    this.#weight = 0;
    if (items.length > 0) this.#taken = this.#taken.then(() => this.#options.take(items));
    // If nobody waits for an error now, the next call throws it.
    this.#taken.catch(() => undefined);
    return this.#taken;
  }

  /** Drops items that are not taken yet, and waits for the batch in progress. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#items = [];
    await this.#taken.catch(() => undefined);
  }
}
