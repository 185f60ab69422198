import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { quote } from '../clickhouse/literals.ts';
import { inTurn } from '../clickhouse/name-turn.ts';
import { queryText } from '../clickhouse/sql.ts';
import { HitError } from '../errors.ts';

/** Rows to copy from one database to another. */
export interface CopyBatch {
  readonly table: string;
  /** SQL: which rows. All if left out. */
  readonly predicate?: string;
  /** Whether rows of one key are merged into one before they are sent. */
  readonly final?: boolean;
  /** The statement that inserts them. Default: one that inserts all rows. */
  readonly put?: 'move_put' | 'move_put_hits';
}

/** Copies rows from the embedded engine to a server, as a stream. */
export class TableCopier {
  readonly source: DedicatedConnection;
  readonly target: DedicatedConnection;
  readonly #signal: AbortSignal;
  readonly #columns = new Map<string, readonly { readonly name: string; readonly type: string }[]>();

  constructor(source: DedicatedConnection, target: DedicatedConnection, signal: AbortSignal) {
    this.source = source;
    this.target = target;
    this.#signal = signal;
  }

  /** @throws HitError `store_unavailable`, `interrupted` */
  async copy({ table, predicate = 'true', final = false, put = 'move_put' }: CopyBatch): Promise<void> {
    const columns = await this.#columnsOf(table);
    const names = columns.map(({ name }) => name).join(', ');
    const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    const take = queryText('move_take', {
      columns: names,
      table: final ? `${table} FINAL` : table,
      predicate,
    });
    const rows = `input(${quote(structure)})`;
    const text = `${queryText(put, { columns: names, table, predicate, rows })}\nFORMAT Native`;
    this.#throwIfInterrupted();
    try {
      // A server refuses a second statement with this id: one whose sender was killed may still be running.
      await inTurn(
        () => this.target.insert(text, this.source.stream(take, 'Native'), `hit-tracker-move-${table}`),
        this.#signal,
      );
    } catch (error) {
      this.#throwIfInterrupted();
      throw error;
    }
  }

  #throwIfInterrupted(): void {
    if (!this.#signal.aborted) return;
    throw new HitError('interrupted', 'the move was interrupted: run the same command again to continue');
  }

  async #columnsOf(table: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
    const known = this.#columns.get(table);
    if (known) return known;
    const found = await this.source.rows<{ name: string; type: string }>(
      queryText('move_columns', { table }, this.source.dialect),
    );
    this.#columns.set(table, found);
    return found;
  }
}
