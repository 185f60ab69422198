/**
 * Backups that are taken while a site is deleted. Tables are frozen one after the other, and the deletion goes on between any two
 * of them: the copy has the site whole, with its goals, or its first start completes the deletion.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SiteDeletions } from '../src/deletion/site-deletions.ts';
import type { Hit } from '../src/hit/hit.ts';
import { Resources } from '../src/query/resources/resources.ts';
import { backUp } from '../src/store/backup.ts';
import type { DBTracker } from '../src/trackers/db.ts';
import { assertHasOnly } from './fixtures/deleted-site.ts';
import { openTracker } from './fixtures/embedded-store.ts';
import { hitOf } from './fixtures/hit.ts';
import { interceptStatements } from './fixtures/intercepted-statements.ts';
import { rounds } from './fixtures/rounds.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { segmentOf } from './fixtures/segments.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { Random } from './reference/traffic/random.ts';

const ROUNDS = rounds(200, 4, 8);
const SEED = Number(process.env.HIT_TEST_SEED ?? 3);
const START = Date.UTC(2026, 9, 31, 23);
const [GONE, STAYS] = ['gone.example', 'stays.example'] as const;
const HITS: readonly Hit[] = Array.from({ length: 40 }, (_, i) =>
  hitOf({
    ...{ site: i % 2 === 0 ? GONE : STAYS, time: START + i * 180_000, path: `/${i % 3}` },
    ...{ visitorHigh: 0, visitorLow: i % 7 },
  }),
);

/** Runs the statements of a deletion in turns, each of which has some of them. */
class DeletionTurns implements Disposable {
  /** Statements that ran. */
  ran = 0;
  #allowed = 0;
  #changed = Promise.withResolvers<void>();
  readonly #deletion = new AsyncLocalStorage<true>();
  readonly #interception: Disposable;

  /** @param onFreeze called before each table is frozen, and after the last */
  constructor(onFreeze: () => Promise<void>) {
    this.#interception = interceptStatements(async (asked, run) => {
      const freezes = / FREEZE /.test(asked.query);
      if (freezes) await onFreeze();
      if (!this.#deletion.getStore()) {
        const result = await run(asked);
        if (freezes && /TABLE deletions /.test(asked.query)) await onFreeze();
        return result;
      }
      while (this.ran >= this.#allowed) await this.#changed.promise;
      try {
        return await run(asked);
      } finally {
        this.ran++;
        this.#change();
      }
    });
  }

  run<Result>(deletion: () => Promise<Result>): Promise<Result> {
    return this.#deletion.run(true, deletion);
  }

  /** Resolves when so many statements ran in all. */
  async until(statements: number): Promise<void> {
    this.#allowed = Math.max(this.#allowed, statements);
    this.#change();
    if (statements === Number.POSITIVE_INFINITY) return;
    while (this.ran < statements) await this.#changed.promise;
  }

  [Symbol.dispose](): void {
    this.#interception[Symbol.dispose]();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A data folder with two sites, each with a goal. */
async function openSites(t: TestContext, dataDir: string) {
  const db = await openTracker(t, { dataDir, durability: 'process' });
  for (const [at, hits] of [HITS.slice(0, 25), HITS.slice(25)].entries())
    await db.store.deliver(segmentOf(dataDir, (BigInt(START + at) << 22n) | 1n, hits));
  await db.rollups.rollUp();
  const resources = new Resources(dataDir);
  for (const site of [GONE, STAYS])
    resources.create('goals', site, { name: 'page', action: { kind: 'page', page: '/1' } });
  const { store, spool, rollups } = db;
  const deletions = new SiteDeletions({ store, spool, rollups, siteData: [resources], now: () => START });
  return { db, deletions };
}

/** @returns whether the copy has the site */
async function assertWholeOrGone(db: DBTracker, dataDir: string, message: string): Promise<boolean> {
  const rows = async (query: string) =>
    (await db.store.rowsOf<object>(query, {})).map((row) => Object.values(row));
  const isWhole = (await rows(`SELECT 1 FROM hits WHERE site = '${GONE}' LIMIT 1`)).length > 0;
  await assertHasOnly(db.store, rows, isWhole ? HITS : HITS.filter(({ site }) => site !== GONE));
  const resources = new Resources(dataDir);
  assert.deepEqual([resources.has(GONE), resources.has(STAYS)], [isWhole, true], message);
  return isWhole;
}

test('a backup has a site that is being deleted whole, or its first start completes the deletion', {
  timeout: scaledTimeout(30_000 * ROUNDS),
}, async (t) => {
  t.diagnostic(`HIT_TEST_SEED=${SEED}`);
  const random = new Random(SEED);
  let statements = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const folder = temporaryFolder(t);
    const [dataDir, to] = [join(folder, 'data'), join(folder, 'copy')];
    const { db, deletions } = await openSites(t, dataDir);
    if (round === 0) {
      // The first only counts the statements.
      using turns = new DeletionTurns(async () => undefined);
      turns.until(Number.POSITIVE_INFINITY);
      await turns.run(() => deletions.delete(GONE));
      statements = turns.ran;
      assert.ok(statements > 10);
      await db.close();
      continue;
    }
    // The last statement records the end, and waits for the backup to have frozen the tables.
    const limits: number[] = [];
    using turns = new DeletionTurns(() => {
      const more = limits.length === 0 ? random.integer(0, statements - 1) : random.longTail(8) - 1;
      limits.push(Math.min((limits.at(-1) ?? 0) + more, statements - 1));
      return turns.until(limits.at(-1)!);
    });
    const deletion = turns.run(() => deletions.delete(GONE));
    await backUp({ store: db.store, spool: db.spool, dataDir }, to);
    await turns.until(Number.POSITIVE_INFINITY);
    await deletion;
    await db.close();
    const copy = await openTracker(t, { dataDir: to });
    const message = `round ${round}: ${limits}`;
    const isWhole = await assertWholeOrGone(copy, to, message);
    t.diagnostic(`${message}: ${isWhole ? 'whole' : 'gone'}`);
    await copy.close();
  }
});
