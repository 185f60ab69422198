/**
 * Salts that nodes share through a ClickHouse server.
 *
 * ClickHouse has no compare-and-set: two nodes that both find nothing both insert. So a candidate is a row with the
 * server's time. The earliest row wins (ties are broken by value), but it is trusted only once it has settled: when it is
 * older than `SETTLE_MS`, every earlier row is visible too. Nodes propose in the hour before the day begins, ask again
 * every minute until then, and adopt the last answer.
 *
 * One race remains: a row whose insert took longer than `SETTLE_MS` becomes visible as the earliest after another was
 * adopted. Before midnight this heals within a minute, as nodes ask again. It does not heal once the day has begun, if nodes
 * started at the same moment, without a salt for the day, on a server that was that slow. One of them then finds that its
 * salt is not the shared one, and `/readyz` reports it. On a cluster, `insert_quorum` and
 * `select_sequential_consistency` (clickhouse/dialect.ts) make replicas show the same rows; their clocks should agree to a second.
 *
 * Salts are destroyed by the table's TTL, which ClickHouse applies on merges, and by the nodes: each drops the partitions
 * of past days.
 */
import { randomUUID } from 'node:crypto';
import { withLiterals } from '../clickhouse/literals.ts';
import { queryText } from '../clickhouse/sql.ts';
import type { SaltSource } from '../hit/salt-source.ts';
import { pause } from '../timing/pause.ts';
import type { Store } from './store.ts';

/** Milliseconds after which a candidate is trusted. */
const SETTLE_MS = 5000;
/** Milliseconds between two checks of a candidate that has not settled. */
const PAUSE_MS = 250;

interface Winner {
  readonly salt: string;
  readonly settled: number;
}

export class StoreSalts implements SaltSource {
  readonly name = 'the ClickHouse server';
  readonly #store: Store;
  readonly #settleMs: number;

  /** @param settle milliseconds after which a candidate is trusted */
  constructor(store: Store, settle = SETTLE_MS) {
    this.#store = store;
    this.#settleMs = settle;
  }

  async agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined> {
    let winner = await this.#winner(day);
    if (!winner) {
      if (!candidate) return undefined;
      await this.#propose(day, candidate);
      winner = await this.#winner(day);
    }
    const end = performance.now() + 2 * this.#settleMs;
    while (winner && !winner.settled) {
      if (performance.now() > end)
        throw new Error('the age of a candidate does not increase: is the clock of the server running?');
      await pause(PAUSE_MS);
      winner = await this.#winner(day);
    }
    return winner && new Uint8Array(Buffer.from(winner.salt, 'base64'));
  }

  async forget(before: string): Promise<void> {
    const days = await this.#store.rows<{ name: string }>('salt_days', { before });
    if (days.length === 0) return;
    await using connection = this.#store.dedicatedConnection();
    for (const { name } of days)
      await connection.command(withLiterals(queryText('drop_salts', {}, connection.dialect), { day: name }));
  }

  async #winner(day: string): Promise<Winner | undefined> {
    const [winner] = await this.#store.rows<Winner>('salt', { day, settle: this.#settleMs });
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
