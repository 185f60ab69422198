/** A site that one node deletes from a server while another node goes on counting it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClickHouseFront } from '../../test/fixtures/clickhouse-front.ts';
import { assertHasOnly } from '../../test/fixtures/deleted-site.ts';
import { closeAfter } from '../../test/fixtures/embedded-store.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { whenOver } from '../../test/fixtures/scope.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import type { Hit } from '../hit/hit.ts';
import { Rollups } from '../rollup/rollups.ts';
import { Store } from '../store/store.ts';
import { allDeletions } from './deletion.ts';
import { SiteDeletions } from './site-deletions.ts';

const START = Date.UTC(2026, 9, 31, 22);
const MINUTE = 60_000;
const SITES = ['gone.example', 'stays.example'];

/** Hits of the same visitors in each batch, so that visits span batches. */
function hitsOf(number: number): Hit[] {
  return Array.from({ length: 6 }, (_, i) =>
    hitOf({
      ...{ site: SITES[i % 2]!, time: START + number * 7 * MINUTE + i, path: `/${number % 3}` },
      ...{ visitorHigh: 0, visitorLow: i % 3 },
    }),
  );
}

test('loses hits up to a batch of each node, and nothing that the other counts meanwhile', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const front = await ClickHouseFront.start();
  whenOver(t, () => front.close());
  const open = async () => {
    const store = await Store.open({ setting: front.url, folder });
    closeAfter(t, store);
    const rollups = new Rollups(store);
    whenOver(t, () => rollups.close());
    return { store, rollups };
  };
  const [here, there] = [await open(), await open()];
  const sent = new Map<bigint, readonly Hit[]>();
  const deliver = async ({ store }: typeof here, number: number, writer: number) => {
    const id = (BigInt(START + number) << 22n) | BigInt(writer);
    const hits = hitsOf(number);
    await store.deliver(segmentOf(folder, id, hits));
    sent.set(id, hits);
  };
  let number = 0;
  for (; number < 6; number++) await deliver(number % 2 === 0 ? here : there, number, 1 + (number % 2));
  let isDeleted = false;
  const counting = (async () => {
    while (!isDeleted) {
      await deliver(there, number++, 2);
      if (number % 2 === 0) await there.rollups.visits.catchUp();
      if (number % 3 === 0) await there.rollups.rollUp();
    }
  })();
  const spool = {
    flush: async () => undefined,
    pauseDelivery: <Result>(run: () => Promise<Result>) => run(),
  };
  const deletions = new SiteDeletions({ ...here, spool, siteData: [], now: () => START });
  assert.ok(await deletions.delete('gone.example'));
  isDeleted = true;
  await counting;
  await here.rollups.rollUp();
  const [{ watermarks } = { watermarks: new Map<number, bigint>() }] = await allDeletions(here.store);
  const left = [...sent].flatMap(([id, hits]) =>
    hits.filter(
      ({ site }) => site !== 'gone.example' || id > (watermarks.get(Number(id & 0x3f_ffffn)) ?? 0n),
    ),
  );
  assert.ok(left.some(({ site }) => site === 'gone.example'));
  assert.ok(left.length < [...sent.values()].flat().length);
  const rows = async (query: string) => (await front.rows(query)).map((row) => Object.values(row as object));
  await assertHasOnly(here.store, rows, left);
});
