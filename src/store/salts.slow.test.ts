import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SaltPlace, saltContract } from '../../test/contracts/salts.ts';
import { ClickHouseFront } from '../../test/fixtures/clickhouse-front.ts';
import { Line } from '../../test/fixtures/line.ts';
import { StoreSalts } from './salts.ts';
import { Store } from './store.ts';

const candidate = (number: number) => new Uint8Array(16).fill(number);

/** A ClickHouse server, and nodes that use it. */
class Server implements SaltPlace {
  readonly front: ClickHouseFront;
  readonly #line: Line;
  readonly #folder = mkdtempSync(join(tmpdir(), 'salts-'));
  readonly #stores: Store[] = [];

  private constructor(front: ClickHouseFront, line: Line) {
    this.front = front;
    this.#line = line;
  }

  static async start(): Promise<Server> {
    const front = await ClickHouseFront.start();
    const { port } = new URL(front.url.replace(/^clickhouse/, 'http'));
    return new Server(front, await Line.to(Number(port)));
  }

  /** @param settle milliseconds */
  async source(_node = 0, _salts?: unknown, _clock?: unknown, settle = 300): Promise<StoreSalts> {
    const setting = this.front.url.replace(/:\d+\//, `:${this.#line.port}/`);
    const store = await Store.open({ setting, folder: this.#folder });
    this.#stores.push(store);
    return new StoreSalts(store, settle);
  }

  away(): Promise<void> {
    return this.#line.cut();
  }

  back(): Promise<void> {
    return this.#line.mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store.close();
    await this.#line[Symbol.asyncDispose]();
    await this.front.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

saltContract('a ClickHouse server', () => Server.start());

test('the earliest candidate salt wins, and among those of the same time the smallest', async () => {
  await using server = await Server.start();
  const [first, second] = [await server.source(), await server.source()];
  const propose = (salt: number, second: number) =>
    server.front.run(
      `INSERT INTO salts SELECT '2098-01-01', toDateTime64('2020-01-01 00:00:0${second}', 3, 'UTC'), '${Buffer.from(candidate(salt)).toString('base64')}'`,
    );
  await propose(3, 2);
  assert.deepEqual(await first.agree('2098-01-01', candidate(9)), candidate(3));
  await propose(2, 1);
  await propose(1, 1);
  assert.deepEqual(await first.agree('2098-01-01', candidate(9)), candidate(1));
  assert.deepEqual(await second.agree('2098-01-01'), candidate(1));
  const rows = await server.front.rows<{ rows: string }>('SELECT count() AS rows FROM salts');
  assert.equal(Number(rows[0]!.rows), 3, 'nobody proposes where there is one');
});

test('a candidate salt that arrives while another has not settled is not missed', async () => {
  await using server = await Server.start();
  const source = await server.source(0, undefined, undefined, 2000);
  const agreed = source.agree('2098-01-01', candidate(9));
  await server.front.seen(/FROM salts\nWHERE day/);
  // From a node whose insert was slow.
  const early = Buffer.from(candidate(4)).toString('base64');
  await server.front.run(`INSERT INTO salts SELECT '2098-01-01', now64(3) - 1, '${early}'`);
  assert.deepEqual(await agreed, candidate(4));
});

test('expired salts are deleted, and no statement text contains a salt', async () => {
  await using server = await Server.start();
  const source = await server.source();
  for (const day of ['2098-01-01', '2098-01-02', '2098-01-03']) await source.agree(day, candidate(7));
  await source.forget('2098-01-03');
  const days = await server.front.rows<{ day: string }>('SELECT DISTINCT day FROM salts');
  assert.deepEqual(days, [{ day: '2098-01-03' }]);
  const text = Buffer.from(candidate(7)).toString('base64');
  assert.equal(
    server.front.statements.some((statement) => statement.includes(text)),
    false,
  );
});

test('the salts table deletes expired days by itself', async () => {
  await using server = await Server.start();
  await server.source();
  const row = (day: string) => `INSERT INTO salts SELECT ${day}, now64(3), 'x'`;
  for (const day of ['today() - 3', 'today() - 2', 'today() - 1', 'today()'])
    await server.front.run(row(day));
  await server.front.run('OPTIMIZE TABLE salts FINAL');
  const left = await server.front.rows<{ age: string }>(
    'SELECT today() - day AS age FROM salts ORDER BY age',
  );
  assert.deepEqual(
    left.map(({ age }) => Number(age)),
    [0, 1],
  );
});
