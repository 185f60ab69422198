import { readFileSync } from 'node:fs';
import { Clients } from '../src/clickhouse/clients.ts';
import { Rollups } from '../src/rollup/rollups.ts';
import { Store } from '../src/store/store.ts';

const DAY = 86_400_000;
/** Batches in one statement. */
const SOME_BATCHES = 1000;
/** Mean number of hits per visit, as the statement generates them. */
const HITS_PER_VISIT = 3.594;
/** Thirteen months. */
export const DAYS = 395;
/** Their end, in days since 1970: the same in every run, so that the same hits are generated. */
export const END = Date.UTC(2026, 10, 1) / DAY;

/** A store of generated hits, with direct access to its engine. */
export class GeneratedHits implements AsyncDisposable {
  readonly store: Store;
  readonly rollups: Rollups;
  readonly #clients: Clients;
  /** End of the last day, in milliseconds since 1970. */
  readonly end: number;

  private constructor(store: Store, clients: Clients, end: number) {
    this.store = store;
    this.#clients = clients;
    this.rollups = new Rollups(store);
    this.end = end;
  }

  /** @param end days since 1970 */
  static async open(folder: string, end: number): Promise<GeneratedHits> {
    const store = await Store.open({ setting: 'embedded', folder });
    return new GeneratedHits(store, Clients.embedded(folder), end * DAY);
  }

  /**
   * Fills the store day by day, and rolls up in between, as a server does.
   *
   * @param paths number of pages, few of which are frequent
   * @param days the last of them ends at `end`. Default: thirteen months
   */
  async fill(hits: number, paths: number, onDay: (day: number) => void, days = DAYS): Promise<void> {
    const statement = readFileSync(new URL('generated-hits.sql', import.meta.url), 'utf8');
    const visits = Math.round(hits / days / HITS_PER_VISIT);
    for (let day = 0; day < days; day++) {
      const number = this.end / DAY - days + day;
      const values: Record<string, number> = { day: number, visits, paths };
      await this.run(
        statement.replaceAll(/^--.*\n/gm, '').replaceAll(/\{\{(\w+)\}\}/g, (_, name) => String(values[name])),
      );
      await this.#record(BigInt(number * DAY) << 22n);
      await this.rollups.rollUp();
      // As a server does.
      await this.store.ledger.compact((number + 1) * DAY);
      onDay(day + 1);
    }
  }

  /** They bypass the delivery of batches, so they are entered into the ledger here. */
  async #record(from: bigint): Promise<void> {
    const { ledger } = this.store;
    const ids = await this.#batchesSince(from);
    for (let at = 0; at < ids.length; at += SOME_BATCHES) {
      const some = ids.slice(at, at + SOME_BATCHES);
      await ledger.record('live', [...(await ledger.readBack(some)).values()]);
    }
  }

  async #batchesSince(from: bigint): Promise<bigint[]> {
    const query = `SELECT DISTINCT toString(batch) AS id FROM hits WHERE batch >= toUInt64(${from}) ORDER BY batch`;
    const result = await this.#clients.writer.query({ query, format: 'JSONEachRow' });
    return (await result.json<{ id: string }>()).map(({ id }) => BigInt(id));
  }

  async run(statement: string): Promise<void> {
    await this.#clients.writer.command({ query: statement });
  }

  /** The only row of a query, as numbers. */
  async numbers(query: string): Promise<number[]> {
    const result = await this.#clients.writer.query({ query, format: 'JSONCompactEachRow' });
    const [row = []] = (await result.json()) as (string | number)[][];
    return row.map(Number);
  }

  /** Bytes on disk of a table. */
  async bytesOf(table: string): Promise<number> {
    const [bytes = 0] = await this.numbers(
      `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '${table}'`,
    );
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rollups.close();
    await this.#clients.close();
    await this.store.close();
  }
}
