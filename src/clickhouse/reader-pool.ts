import { HitError } from '../errors.ts';
import { FairQueue } from '../timing/fair-queue.ts';

/** Maximum number of queued reads. */
const QUEUE = 100;

interface Waiting<Reader> {
  readonly start: (reader: Reader) => void;
  readonly refuse: (error: HitError) => void;
}

/**
 * Connections for reads, each used by one read at a time, as the engine runs the statements of one connection one after another.
 * Holders take turns.
 *
 * @example
 * const pool = new ReaderPool([connect(), connect()]);
 * await pool.use('admin', (reader) => reader.query({ query: 'SELECT 1' }));
 */
export class ReaderPool<Reader> {
  readonly readers: readonly Reader[];
  readonly #free: Reader[];
  readonly #queue = new FairQueue<Waiting<Reader>>(QUEUE);

  constructor(readers: readonly Reader[]) {
    this.readers = readers;
    this.#free = [...readers];
  }

  /**
   * Runs a read when its turn comes.
   *
   * @param holder takes turns with other holders
   * @throws HitError `overloaded` if too many reads are waiting, and no holder has more than this one
   */
  async use<Result>(holder: string, read: (reader: Reader) => Promise<Result>): Promise<Result> {
    const reader = this.#free.pop() ?? (await this.#wait(holder));
    try {
      return await read(reader);
    } finally {
      const next = this.#queue.next();
      if (next) next.start(reader);
      else this.#free.push(reader);
    }
  }

  #wait(holder: string): Promise<Reader> {
    const { promise, resolve: start, reject: refuse } = Promise.withResolvers<Reader>();
    const refused = this.#queue.add({ start, refuse }, holder);
    refused?.refuse(
      new HitError('overloaded', `${QUEUE} queries are waiting; try again later`, { retryAfter: 5 }),
    );
    return promise;
  }
}
