/** Milliseconds that what is there waits for more. */
const PATIENCE = 1000;

export interface BatchOptions<Item> {
  /** What a batch weighs, about. */
  readonly weight: number;
  readonly weightOf: (item: Item) => number;
  /** Takes a batch. The next one comes when it is done. */
  readonly take: (items: readonly Item[]) => Promise<void>;
}

/**
 * Gathers what comes one by one into batches: when they are heavy enough, or after a second.
 *
 * @example
 * const batches = new Batches<string>({ weight: 1000, weightOf: (text) => text.length, take: async (texts) => save(texts) });
 * await batches.add('a text');
 * await batches.flush(); // all is saved
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

  /** Waits where a full batch has to wait for the one before it. Throws what taking that one threw. */
  async add(item: Item): Promise<void> {
    this.#items.push(item);
    this.#weight += this.#options.weightOf(item);
    if (this.#weight < this.#options.weight) {
      this.#timer ??= setTimeout(() => void this.flush(), PATIENCE);
      return;
    }
    const last = this.#taken;
    void this.flush();
    await last;
  }

  /** Waits until all that was added is taken. Throws what taking it, or one before it, threw. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#items;
    this.#items = [];
    this.#weight = 0;
    if (items.length > 0) this.#taken = this.#taken.then(() => this.#options.take(items));
    // A fault that nobody waits for now is thrown by the next call.
    this.#taken.catch(() => undefined);
    return this.#taken;
  }

  /** Drops what is not taken yet, and waits for what is under way. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#items = [];
    await this.#taken.catch(() => undefined);
  }
}
