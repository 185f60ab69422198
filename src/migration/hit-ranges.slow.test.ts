import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { queryText } from '../clickhouse/sql.ts';
import { Store } from '../store/store.ts';
import { daySums, differingDays, hitRangesOf, predicateOf, unequalDay } from './hit-ranges.ts';

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 0, 20);

test('ranges contain each hit once, do not split a batch and day, and are limited in hits and to one month', async (t) => {
  const folder = temporaryFolder(t);
  placeEmptyStore(folder);
  await using store = await Store.open({ setting: 'embedded', folder });
  // Ten hits per batch, of a day with many and of days around the end of a month with few.
  for (let id = 1; id <= 30; id++) {
    const hits = Array.from({ length: 10 }, (_, i) => ({
      time: FIRST + (i < 6 ? 4 : (id * 7 + i) % 30) * DAY + i,
    }));
    await store.deliver(segmentOf(folder, BigInt(id), hits));
  }
  await using connection = store.dedicatedConnection();
  const wanted = await daySums(connection);
  const days = differingDays(wanted, new Map());
  assert.equal(days.length, wanted.size);
  const seen = new Set<string>();
  let hits = 0;
  let cut = 0;
  for await (const piece of hitRangesOf(connection, days, 40)) {
    const text = queryText('archive_batches', {
      columns: 'time',
      table: 'hits',
      predicate: predicateOf(piece),
    });
    const found = await connection.rows<{ id: string; rows: string }>(text);
    const rows = found.reduce((sum, batch) => sum + Number(batch.rows), 0);
    assert.equal(rows, piece.rows);
    assert.ok(rows <= 50, `${rows}`);
    assert.equal(new Set(piece.days.map((day) => day.slice(0, 7))).size, 1);
    for (const { id } of piece.batches ? found : []) {
      assert.ok(!seen.has(`${id} ${piece.days}`));
      seen.add(`${id} ${piece.days}`);
    }
    hits += rows;
    if (piece.batches) cut++;
  }
  assert.equal(hits, 300);
  assert.ok(cut >= 4, 'the day of many hits is cut');
});

test('days differ if one side has other or more hits', () => {
  const sum = (day: string, rows: number, checksum: string) => [day, { day, rows, checksum }] as const;
  const wanted = new Map([sum('2026-01-01', 2, 'a'), sum('2026-01-02', 3, 'b')]);
  assert.deepEqual(differingDays(wanted, wanted), []);
  assert.equal(unequalDay(wanted, wanted), undefined);
  assert.equal(unequalDay(wanted, new Map([...wanted, sum('2026-01-02', 3, 'c')])), '2026-01-02');
  assert.equal(unequalDay(wanted, new Map([...wanted, sum('2026-01-09', 1, 'd')])), '2026-01-09');
  const more = new Map([...wanted, sum('2026-01-01', 5, 'e')]);
  assert.equal(unequalDay(wanted, more), '2026-01-01');
  assert.equal(unequalDay(wanted, more, '2026-01-02'), undefined, 'what was purged here may still be there');
  assert.equal(unequalDay(more, wanted, '2026-01-02'), '2026-01-01', 'but not the other way round');
});
