import type { DedicatedConnection } from '../clickhouse/connection.ts';
import { quote } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import { HitError, messageOf } from '../errors.ts';
import { pause } from '../timing/pause.ts';

/** Milliseconds between tries, and their number, while the server still processes what an earlier move sent. */
const PAUSE = 1000;
const MAX_ATTEMPTS = 120;

/** Rows to copy from one database to another. */
export interface CopyBatch {
  readonly table: string;
  /** SQL: which rows. All if left out. */
  readonly which?: string;
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
  async copy({ table, which = 'true', final = false, put = 'move_put' }: CopyBatch): Promise<void> {
    const columns = await this.#columnsOf(table);
    const names = columns.map(({ name }) => name).join(', ');
    const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    const take = queryText('move_take', { columns: names, table: final ? `${table} FINAL` : table, which });
    const rows = `input(${quote(structure)})`;
    const text = `${queryText(put, { columns: names, table, which, rows })}\nFORMAT Native`;
    for (let tries = 1; ; tries++) {
      if (this.#signal.aborted) {
        throw new HitError('interrupted', 'the move was interrupted: run the same command again to continue');
      }
      try {
        // A server refuses a second statement with this id: one whose sender was killed may still be running.
        return await this.target.insert(
          text,
          this.source.stream(take, 'Native'),
          `hit-tracker-move-${table}`,
        );
      } catch (error) {
        if (tries === MAX_ATTEMPTS || !/QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING/.test(messageOf(error)))
          throw error;
        await pause(PAUSE, this.#signal);
      }
    }
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
