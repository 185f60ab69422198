/**
 * Salts that nodes share over a ClickHouse server.
 *
 * ClickHouse has no compare-and-set: two nodes that both find nothing both insert. So a candidate is a row with the
 * server's time, the earliest row wins, ties by value, and it is believed only once it has settled: when it is older than
 * `SETTLE_MS`, every row that is earlier can be seen too. Nodes propose in the hour before the day begins and ask again
 * each minute until then, and adopt the last answer.
 *
 * The race that is left: a row whose insertion took longer than `SETTLE_MS` shows up as the earliest after another was
 * adopted. Ahead of midnight it heals within a minute, as nodes ask again. It does not heal where the day has begun: nodes
 * that started at the same moment, without a salt for the day, on a server that was that slow. One of them then finds that
 * its salt is not the shared one, and `/readyz` says so. On a cluster `insert_quorum` and
 * `select_sequential_consistency` (layout.ts) make replicas show the same rows; their clocks should agree to a second.
 *
 * Salts are destroyed by the table's TTL, which ClickHouse applies when it merges, and by nodes: each drops the
 * partitions of days that are over.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { SaltSource } from '../hit/salt-source.ts';
import type { Store } from './store.ts';

/** Milliseconds after which a candidate is believed. */
const SETTLE_MS = 5000;
/** Milliseconds between two looks at one that has not settled. */
const PAUSE_MS = 250;

interface Winner {
  readonly salt: string;
  readonly settled: number;
}

export class StoreSalts implements SaltSource {
  readonly name = 'the ClickHouse server';
  readonly #store: Store;
  readonly #settle: number;

  /** @param settle milliseconds after which a candidate is believed */
  constructor(store: Store, settle = SETTLE_MS) {
    this.#store = store;
    this.#settle = settle;
  }

  async agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined> {
    let winner = await this.#winner(day);
    if (!winner) {
      if (!candidate) return undefined;
      await this.#propose(day, candidate);
      winner = await this.#winner(day);
    }
    const end = performance.now() + 2 * this.#settle;
    while (winner && !winner.settled) {
      if (performance.now() > end)
        throw new Error('a candidate does not get older: does the clock of the server run?');
      await sleep(PAUSE_MS);
      winner = await this.#winner(day);
    }
    return winner && new Uint8Array(Buffer.from(winner.salt, 'base64'));
  }

  async forget(before: string): Promise<void> {
    const days = await this.#store.rows<{ name: string }>('salt_days', { before });
    if (days.length === 0) return;
    await using connection = this.#store.dedicatedConnection();
    for (const { name } of days)
      await connection.command(withLiterals(queryText('drop_salts'), { day: name }));
  }

  async #winner(day: string): Promise<Winner | undefined> {
    const [winner] = await this.#store.rows<Winner>('salt', { day, settle: this.#settle });
    return winner;
  }

  async #propose(day: string, candidate: Uint8Array): Promise<void> {
    await using connection = this.#store.dedicatedConnection();
    const text = `${withLiterals(queryText('insert_salt').trimEnd(), { day })} FORMAT TabSeparated`;
    const row = Buffer.from(`${Buffer.from(candidate).toString('base64')}\n`);
    await connection.insert(text, oneOf(row), `hit-tracker-salt-${randomUUID()}`);
  }
}

async function* oneOf(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
