import assert from 'node:assert/strict';
import { createReadStream, existsSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writeAccessLog } from '../../bench/access-log.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { chunked, counts, logImports } from '../../test/fixtures/log-imports.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { memoryInUse } from '../../test/fixtures/memory-in-use.ts';
import { onlyWithMoreRounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { readRows } from '../rows/row-reader.ts';
import type { ImportProgress } from './import-progress.ts';

const LINES = 6000;
const { folder, dataDir, db, live, importerWith, importer, take, hits } = await logImports(file);
const totals = await writeAccessLog(join(folder, 'access.log'), LINES, 7);
const log = await readFile(join(folder, 'access.log'));

/** A source that returns the content in blocks, and fails after some bytes. */
async function* cutAfter(content: Buffer, bytes: number): AsyncGenerator<Buffer> {
  yield* chunked(content.subarray(0, bytes));
  throw new Error('the line is cut');
}

describe('an import', { timeout: scaledTimeout(60_000) }, () => {
  /** Checks that the store and the live state have each line of the generated log once. */
  async function assertWhole(site: string): Promise<void> {
    for (const [bots, perDay, dailyVisitors] of [
      ['include', totals.perDay, totals.dailyVisitors],
      ['exclude', totals.humanPerDay, totals.humanDailyVisitors],
    ] as const) {
      const { series } = await db.stats({ site, bots, interval: 'day' });
      assert.deepEqual(Object.fromEntries(series.map(({ time, hits }) => [time.slice(0, 10), hits])), perDay);
      assert.equal(
        series.reduce((sum, { visitors }) => sum + visitors!, 0),
        dailyVisitors,
      );
    }
    assert.equal((await live.read(site, [])).total.hits, totals.humanLines);
  }

  it('counts the hits and visitors of each day', async () => {
    const progress: ImportProgress[] = [];
    const summary = await importer.run(
      createReadStream(join(folder, 'access.log')),
      { site: 'days.example', format: 'auto', follow: false },
      (now) => progress.push(now),
    );
    assert.deepEqual(counts(summary), { lines: LINES, imported: LINES, failed: 0, already: 0 });
    assert.equal(db.spool.backlog, 0, 'it ends when everything is in the store');
    await assertWhole('days.example');
    const { bytes, lines, imported } = progress.at(-1)!;
    assert.deepEqual([bytes, lines, imported?.bytes], [log.length, LINES, log.length]);
    assert.ok(await importer.isImported(imported!));
    assert.equal(await importer.isImported({ ...imported!, digest: 'unknown' }), false);
  });

  it('delivers batches with the number of their rows, including bots', async () => {
    const { spool } = db;
    const add = spool.add.bind(spool);
    const batches: { told: number; rows: number }[] = [];
    spool.add = (rows, notes, hits) => {
      const counted = rows.map((piece) => [...readRows(Buffer.from(piece), ROW_LAYOUT)].length);
      batches.push({ told: hits, rows: counted.reduce((sum, count) => sum + count, 0) });
      return add(rows, notes, hits);
    };
    try {
      await take(log, 'rows.example');
    } finally {
      spool.add = add;
    }
    assert.deepEqual(
      batches.map(({ told }) => told),
      batches.map(({ rows }) => rows),
    );
    assert.equal(
      batches.reduce((sum, { told }) => sum + told, 0),
      await hits('rows.example'),
    );
  });

  it('adds nothing the second time, whatever the name, the compression or the chunk size', async () => {
    const site = 'again.example';
    await take(log, site);
    for (const [other, source] of [
      [importer, gzipSync(log, { level: 1 })],
      [importerWith(1_000_000), log],
    ] as const) {
      const summary = await other.run(chunked(source), {
        site: 'AGAIN.example',
        format: 'auto',
        follow: false,
      });
      assert.deepEqual(counts(summary), { lines: LINES, imported: 0, failed: 0, already: LINES });
    }
    await assertWhole(site);
  });

  it('of a truncated log keeps everything before, reports it, and the next import continues from there', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const site = 'broken.example';
    for (const share of [0.3, 0.8]) {
      const summary = await take(cutAfter(log, log.length * share), site);
      assert.equal(summary.broken, 'the line is cut');
      assert.equal(
        summary.lines,
        log
          .subarray(0, log.length * share)
          .toString()
          .split('\n').length - 1,
      );
    }
    const { imported, already, broken } = await take(log, site);
    assert.deepEqual([imported > 0, imported + already, broken], [true, LINES, undefined]);
    await assertWhole(site);
  });

  it('of a truncated gzip file keeps what can be read, and continues once it is complete', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const site = 'gzip.example';
    const whole = gzipSync(log);
    const cut = await take(whole.subarray(0, whole.length / 2), site);
    assert.match(cut.broken ?? '', /unexpected end of file/);
    assert.ok(cut.imported > LINES * 0.4, `${cut.imported} lines of the first half`);
    assert.deepEqual(counts(await take(whole, site)), {
      lines: LINES,
      imported: LINES - cut.imported,
      failed: 0,
      already: cut.imported,
    });
    await assertWhole(site);
  });

  it('of concatenated gzip files reads all of them', async () => {
    const parts = ['/1', '/2', '/3'].map((path) => gzipSync(logLine({ path })));
    assert.equal((await take(Buffer.concat(parts), 'joined.example')).imported, 3);
  });

  it('that runs several times concurrently counts each line once', async () => {
    const site = 'race.example';
    const summaries = await Promise.all(
      [50_000, 7000, 90_000].map((size) =>
        importer.run(chunked(log, size), { site, format: 'auto', follow: false }),
      ),
    );
    assert.ok(summaries.every(({ lines }) => lines === LINES));
    assert.equal(
      summaries.reduce((sum, { imported }) => sum + imported, 0),
      LINES,
    );
    await assertWhole(site);
  });

  it('that cannot store what it read fails, with those that wait for it, and the next one continues', async () => {
    const site = 'disk.example';
    const spool = join(dataDir, 'spool');
    const loseSpool = ({ lines }: ImportProgress) => {
      if (lines > 3000 && existsSync(spool)) renameSync(spool, `${spool}.away`);
    };
    const options = { site, format: 'auto', follow: false } as const;
    const small = importerWith(10_000);
    const outcomes = await Promise.allSettled(
      // Small chunks, so that some are stored by then.
      [1, 2].map(() => small.run(chunked(log), options, loseSpool)),
    );
    renameSync(`${spool}.away`, spool);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected');
      assert.match(String(outcome.reason), /ENOENT/);
    }
    const { imported, already } = await take(log, site);
    assert.ok(imported > 0 && already > 0);
    await assertWhole(site);
  });

  it('takes constant memory, however long the log is', { skip: onlyWithMoreRounds() }, async () => {
    const thousand = Array.from({ length: 1000 }, (_, i) =>
      logLine({ address: `203.0.113.${i % 256}` }),
    ).join('');
    const samples: number[] = [];
    const long = (async function* () {
      for (let i = 0; i < 150; i++) {
        if (i % 10 === 9) samples.push(memoryInUse());
        yield Buffer.from(`${i}${thousand}`);
      }
    })();
    const options = { site: 'long.example', format: 'auto', follow: false } as const;
    assert.equal((await importerWith(500_000).run(long, options)).imported, 150_000);
    // The amount in flight varies. The log has 22 MB, and its rows about as many.
    const [first, last] = [Math.min(...samples.slice(1, 6)), Math.min(...samples.slice(-5))];
    assert.ok(last - first < 10_000_000, `${first} bytes in the beginning, ${last} at the end`);
  });

  it('for an invalid site is refused', async () => {
    await assert.rejects(take(log, 'no site'), { code: 'bad_setting' });
  });
});
