import { type Hit, isCounted } from '../hit/hit.ts';
import { InternTable } from '../rows/intern-table.ts';
import { RowWriter } from '../rows/row.ts';

/** Hits of one turn of a collector thread, packed: handing them over costs two buffers, however many hits there are. */
export interface HitBatch {
  /** Rows in the spool's format, without seals. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** The `FIELD` values of each hit, one hit after another. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly sites: readonly string[];
  /** The network of the client of each hit; '' for a sender with a token. */
  readonly clients: readonly string[];
}

/** The numbers of a hit: `isCounted` is 0 for a bot or an engagement signal, `isLimited` 1 if the client's rate is limited. */
export const FIELD = {
  rowEnd: 0,
  site: 1,
  time: 2,
  visitorHigh: 3,
  visitorLow: 4,
  isCounted: 5,
  isLimited: 6,
} as const;
export const FIELDS = 7;

/** Who sent a hit: the network of the client, '' for a sender with a token, and whether its rate is limited. */
export interface Sender {
  readonly client: string;
  readonly isLimited: boolean;
}

const FIRST_CAPACITY = 64;

/**
 * Packs hits.
 *
 * @example
 * const writer = new HitBatchWriter();
 * writer.add(hit, { client: '203.0.113.7', isLimited: true });
 * port.postMessage(writer.take());
 */
export class HitBatchWriter {
  readonly #rows = new RowWriter();
  #numbers = new Float64Array(FIRST_CAPACITY * FIELDS);
  #sites = new InternTable();
  #clients: string[] = [];

  /** Hits added since the last batch was taken. */
  get length(): number {
    return this.#clients.length;
  }

  add(hit: Hit, { client, isLimited }: Sender): void {
    const at = this.length * FIELDS;
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    this.#rows.write(hit);
    numbers[at + FIELD.rowEnd] = this.#rows.length;
    numbers[at + FIELD.site] = this.#sites.idOf(hit.site);
    numbers[at + FIELD.time] = hit.time;
    numbers[at + FIELD.visitorHigh] = hit.visitorHigh;
    numbers[at + FIELD.visitorLow] = hit.visitorLow;
    numbers[at + FIELD.isCounted] = isCounted(hit) ? 1 : 0;
    numbers[at + FIELD.isLimited] = isLimited ? 1 : 0;
    this.#clients.push(client);
  }

  take(): HitBatch {
    const batch = {
      rows: new Uint8Array(this.#rows.finish()),
      numbers: this.#numbers.slice(0, this.length * FIELDS),
      sites: this.#sites.texts(),
      clients: this.#clients,
    };
    this.#sites = new InternTable();
    this.#clients = [];
    return batch;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
