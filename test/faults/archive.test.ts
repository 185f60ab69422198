import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ARCHIVE_FORMAT } from '../../src/archive/hit-columns.ts';
import type { ArchiveAddress } from '../../src/archive/storage.ts';
import type { Hit } from '../../src/hit/hit.ts';
import { ArchivedStore, batchId, daysAgo, NOW } from '../fixtures/archived-store.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const options = { timeout: scaledTimeout(60_000) };
const TEXTS = ["it's", 'back\\slash', 'ünï 👋', '', "'; DROP TABLE hits; --", '日本語', 'a\tb\nc'];

/** Days before now, on both sides of the age limit, and of ends of months. */
const SOME_DAYS = [0, 29.9, 30.6, 45, 50, 75];

/** Hits of two sites on some days. */
function someHits(each = 3): Partial<Hit>[] {
  return SOME_DAYS.flatMap((days) =>
    Array.from({ length: each }, (_, index) => ({
      site: index % 2 === 0 ? 'a.com' : 'b.org',
      time: daysAgo(days) + index,
      visitorLow: index % 11,
      path: `/${TEXTS[(index + Math.floor(days)) % TEXTS.length]}`,
      title: TEXTS[(index * 3) % TEXTS.length]!,
      bot: index % 10 === 0 ? 'bot' : '',
      status: index % 600,
    })),
  );
}

/** Files of an archive, below its folder. */
function filesOf(archived: ArchivedStore): string[] {
  const { location } = archived.at;
  return readdirSync(location, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('/'))
    .sort();
}

describe('an archive', () => {
  test('contains complete days that are old enough, and the store keeps the rest', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    const plan = await archived.archive({ dryRun: true });
    assert.deepEqual(await archived.rows(), all, 'a dry run changes nothing');
    const summary = await archived.archive();
    // At noon: the 30th day before now has not been over for 30 days.
    const kept = await archived.rows('hits', "time < '2026-05-16 00:00:00'");
    assert.deepEqual(kept, []);
    const { rows, days } = summary;
    assert.deepEqual([plan.rows, plan.days, plan.dry_run], [rows, days, true]);
    assert.equal(rows + (await archived.rows()).length, all.length);
    assert.ok(summary.bytes_before > 0 && summary.archived_bytes > 0);
    assert.deepEqual(await archived.together(), all);
  });

  test('has a file of hits and a manifest for each site and day', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), [
      { time: Date.UTC(2026, 0, 2), site: 'a.com' },
      { time: Date.UTC(2026, 0, 2, 23, 59, 59, 999), site: 'a.com' },
      { time: Date.UTC(2026, 0, 3), site: 'a.com' },
      { time: Date.UTC(2026, 0, 3), site: '::1' },
    ]);
    await archived.archive();
    const files = filesOf(archived);
    const stems = [...new Set(files.map((file) => file.split('.').slice(0, -2).join('.')))];
    assert.deepEqual(stems, ['a.com/2026-01-02', 'a.com/2026-01-03', '~3a~3a1/2026-01-03']);
    assert.equal(files.length, 6);
    const [data, text] = [files[1]!, files[0]!].map((file) => readFileSync(join(archived.at.location, file)));
    const manifest = JSON.parse(String(text));
    assert.deepEqual(
      { ...manifest, checksum: typeof manifest.checksum },
      {
        version: ARCHIVE_FORMAT,
        site: 'a.com',
        day: '2026-01-02',
        rows: 2,
        first: '2026-01-02T00:00:00.000Z',
        last: '2026-01-02T23:59:59.999Z',
        checksum: 'string',
        bytes: data!.length,
        sha256: createHash('sha256').update(data!).digest('hex'),
        marks: { 77: String(batchId(1)) },
      },
    );
  });

  test('stores late hits of an archived day in another part', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    await archived.archive();
    await archived.add(batchId(2), [{ time: daysAgo(40), site: 'a.com', path: '/late' }]);
    await archived.add(batchId(1, 5), [{ time: daysAgo(40), site: 'a.com', path: '/of another run' }]);
    const late = await archived.rows('hits', 'batch != bitShiftLeft(toUInt64(1), 22) + 77');
    assert.equal(late.length, 2);
    assert.deepEqual(await archived.together(), [...all, ...late].sort());
    const before = filesOf(archived).length;
    assert.equal((await archived.archive()).rows, 2);
    assert.equal(filesOf(archived).length, before + 2);
    assert.deepEqual(await archived.together(), [...all, ...late].sort());
    assert.equal((await archived.archive()).rows, 0);
  });

  test('can be limited to one site', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    await archived.archive({ site: 'a.com' });
    const old = "time < '2026-05-16 00:00:00'";
    assert.equal((await archived.rows('hits', `${old} AND site = 'a.com'`)).length, 0);
    assert.ok((await archived.rows('hits', old)).length > 0);
    assert.deepEqual(await archived.together(), all);
  });

  test('leaves hits in the store that are not rolled up', options, async (t) => {
    const rollups = {
      ...{ rollUp: async () => 0, removable: async () => new Map([[77, batchId(1)]]) },
      visits: { fillIn: async () => [] },
    };
    await using archived = await ArchivedStore.open(t, undefined, { rollups });
    for (const [number, run] of [
      [1, 77],
      [2, 77],
      [1, 8],
    ] as const) {
      await archived.add(batchId(number, run), [{ time: daysAgo(50) }, { time: daysAgo(51) }]);
    }
    const all = await archived.rows();
    const { rows, waiting } = await archived.archive();
    assert.deepEqual([rows, waiting], [2, 4]);
    assert.equal((await archived.rows()).length, 4);
    assert.deepEqual(await archived.together(), all);
  });

  test('is read only for the days of a query', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    await archived.archive();
    const reader = await archived.reader();
    const later = { site: '', from: daysAgo(10), to: NOW };
    assert.equal(await reader.hitsOf(later), 'hits');
    assert.equal(await reader.hitsOf({ ...later, site: 'nobody.net', from: 0 }), 'hits');
    const day = Date.UTC(2026, 4, 1);
    const text = await reader.hitsOf({ site: 'a.com', from: day, to: day + 1 });
    assert.deepEqual(text.match(/a\.com\/\d{4}-\d\d-\d\d/g), ['a.com/2026-05-01']);
    assert.doesNotMatch(text, /b\.org/);
    assert.equal(await reader.firstOf(''), Math.min(...someHits().map(({ time }) => time!)));
    assert.equal(await reader.firstOf('nobody.net'), undefined);
  });

  test('is visible to readers as it grows', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    const reader = await archived.reader();
    const query = { site: '', from: 0, to: NOW };
    for (const olderThan of [50, 40, 30]) {
      const { version } = reader;
      await archived.archive({ olderThan });
      assert.deepEqual(await archived.rows(await reader.hitsOf(query)), all);
      assert.notEqual(reader.version, version);
    }
  });
});

describe('archived hits', () => {
  test('are restored unchanged, once, and can be archived again', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    await archived.add(batchId(2), someHits(2));
    const all = await archived.rows();
    const { rows } = await archived.archive();
    const plan = await archived.restore({ dryRun: true });
    assert.equal(plan.rows, rows);
    const { days: _, ...restored } = await archived.restore();
    assert.deepEqual(restored, { rows, already: 0, seconds: 0, dry_run: false });
    assert.deepEqual(await archived.rows(), all);
    assert.deepEqual(await archived.together(), all, 'what is in both places counts once');
    const again = await archived.restore();
    assert.deepEqual([again.rows, again.already], [0, rows]);
    assert.deepEqual(await archived.rows(), all);
    const gone = await archived.archive();
    assert.deepEqual([gone.rows, gone.already], [0, rows]);
    assert.equal((await archived.rows()).length, all.length - rows);
    assert.deepEqual(await archived.together(), all);
  });

  test('can be restored for one site and some days', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    await archived.archive();
    const before = (await archived.rows()).length;
    const [from, to] = [Date.UTC(2026, 3, 26), Date.UTC(2026, 4, 2)];
    const { rows, days } = await archived.restore({ site: 'b.org', from, to });
    assert.ok(rows > 0 && days === 2);
    const which = "site = 'b.org' AND time >= '2026-04-26 00:00:00' AND time < '2026-05-02 00:00:00'";
    assert.equal((await archived.rows('hits', which)).length, rows);
    assert.equal((await archived.rows()).length, before + rows);
  });

  test('that were partly restored can be restored completely', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    for (let number = 1; number <= 4; number++) await archived.add(batchId(number), someHits(2));
    const all = await archived.rows();
    await archived.archive();
    await archived.restore();
    await archived.run(
      `ALTER TABLE hits DELETE WHERE batch IN (${batchId(2)}, ${batchId(4)}) SETTINGS mutations_sync = 1`,
    );
    assert.ok((await archived.rows()).length < all.length);
    const { rows, already } = await archived.restore();
    assert.ok(rows > 0 && already > 0);
    const old = (row: string) => row < '["a.com","2026-05-16' || /^\["b.org","2026-0[1-4]/.test(row);
    const there = await archived.rows();
    assert.deepEqual(there.filter(old), all.filter(old));
  });
});

describe('an error is reported, and nothing is lost', () => {
  async function archivedDay(t: Parameters<typeof ArchivedStore.open>[0]) {
    const archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), [
      { time: daysAgo(50), path: '/1' },
      { time: daysAgo(50), path: '/2' },
    ]);
    const all = await archived.rows();
    await archived.archive();
    const [json, parquet] = filesOf(archived).map((file) => join(archived.at.location, file));
    return { archived, all, json: json!, parquet: parquet! };
  }
  const ALL = { site: '', from: 0, to: NOW };

  test('if a file is missing', options, async (t) => {
    const { archived, parquet } = await archivedDay(t);
    await using _ = archived;
    rmSync(parquet);
    const reader = await archived.reader();
    await assert.rejects(reader.hitsOf(ALL), { code: 'archive_failed', message: /parquet is missing/ });
    await assert.rejects(archived.restore(), { message: /parquet is missing/ });
    assert.equal(await reader.hitsOf({ ...ALL, from: daysAgo(10) }), 'hits', 'other days are not concerned');
  });

  test('if a file does not match its manifest', options, async (t) => {
    const { archived, all, json, parquet } = await archivedDay(t);
    await using _ = archived;
    await archived.restore();
    rmSync(parquet);
    await archived.run(
      `INSERT INTO FUNCTION file('${parquet}', Parquet) SELECT * REPLACE ('/3' AS path) FROM hits WHERE path = '/1'`,
    );
    await assert.rejects(archived.restore(), { message: /is not what its manifest says/ });
    await assert.rejects(archived.archive(), { message: /has other hits of example\.com on 2026-04-26/ });
    assert.deepEqual(await archived.rows(), all);
    writeFileSync(parquet, 'torn');
    await assert.rejects(archived.restore());
    await assert.rejects(archived.archive());
    assert.deepEqual(await archived.rows(), all);
    assert.ok(readFileSync(json));
  });

  test('if a manifest is of a newer version, torn, of another part, or malicious', options, async (t) => {
    const { archived, json } = await archivedDay(t);
    await using _ = archived;
    const right = JSON.parse(readFileSync(json, 'utf8'));
    const odd: [unknown, RegExp][] = [
      [
        { ...right, version: ARCHIVE_FORMAT + 1 },
        new RegExp(`has format ${ARCHIVE_FORMAT + 1}, and this version supports ${ARCHIVE_FORMAT}`),
      ],
      [{ ...right, site: '../../etc' }, /of another part/],
      [{ ...right, site: 'Example.com' }, /of another part/],
      [{ ...right, day: '2026-04-27' }, /of another part/],
      [{ ...right, checksum: '1' }, /of another part/],
      [{ ...right, rows: -1 }, /"rows" is missing or invalid/],
      [{ ...right, bytes: '12' }, /"bytes" is missing or invalid/],
      [{ ...right, first: 'x' }, /"first" is missing or invalid/],
      [{ ...right, sha256: `${right.sha256}'` }, /"sha256" is missing or invalid/],
      [{ ...right, marks: { '77] , [1])--': '1' } }, /"marks" is missing or invalid/],
      [{ ...right, marks: { 77: '1) OR (1' } }, /"marks" is missing or invalid/],
      [{ ...right, marks: { 77: '18446744073709551616' } }, /"marks" is missing or invalid/],
      [[], /is not a manifest/],
      [null, /is not a manifest/],
      ['', /is not a manifest/],
    ];
    for (const [manifest, said] of odd) {
      writeFileSync(json, JSON.stringify(manifest));
      const failed = { code: 'archive_failed', message: said };
      await assert.rejects((await archived.reader()).hitsOf(ALL), failed, JSON.stringify(manifest));
      await assert.rejects(archived.archive(), failed);
      await assert.rejects(archived.restore(), failed);
    }
    writeFileSync(json, '{"version": 1');
    await assert.rejects((await archived.reader()).hitsOf(ALL), { message: /is not a manifest/ });
    assert.equal((await archived.rows()).length, 0);
  });

  test('if the folder is not writable', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    writeFileSync(archived.at.location, 'a file');
    await assert.rejects(archived.archive(), { code: 'archive_failed' });
    rmSync(archived.at.location);
    mkdirSync(archived.at.location);
    // A file in place of a site's folder.
    writeFileSync(join(archived.at.location, 'a.com'), '');
    await assert.rejects(archived.archive(), { code: 'archive_failed', message: /cannot be written/ });
    assert.deepEqual(await archived.rows(), all);
  });

  test('if the location is invalid', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    const refused = (at: ArchiveAddress, message: RegExp) =>
      assert.rejects(
        archived.archives.archive(
          at,
          { olderThan: 30, site: '', dryRun: false },
          { onProgress: () => undefined, signal: new AbortController().signal },
        ),
        { code: 'bad_setting', message },
      );
    const bucket = ['s3://', 's3://Bucket/x', "s3://bucket/it's", 's3://bucket/a/../b'];
    for (const location of ['relative', '/a/{b}', '/a/*', ...bucket]) await refused({ location }, /./);
    await refused({ location: 's3://bucket', accessKey: 'a' }, /belong together/);
  });

  test('if two archive runs overlap', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    const [first, second] = await Promise.allSettled([archived.archive(), archived.archive()]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status === 'rejected' && second.reason.code, 'overloaded');
    assert.deepEqual(await archived.together(), all);
  });

  test('if it is interrupted', options, async (t) => {
    await using archived = await ArchivedStore.open(t);
    await archived.add(batchId(1), someHits());
    const all = await archived.rows();
    await assert.rejects(archived.archive({}, AbortSignal.abort()), { code: 'interrupted' });
    assert.deepEqual(await archived.rows(), all);
    await archived.archive();
    assert.deepEqual(await archived.together(), all);
  });
});

test('an archive may be in a folder of any name', options, async (t) => {
  const names = ["it's ünï 👋 $$&$1 %41", 'back\\slash a::b [x]^.+|( "'];
  for (const name of names) {
    await using archived = await ArchivedStore.open(t, { location: join(temporaryFolder(t), name) });
    await archived.add(batchId(1), [{ time: daysAgo(50) }, { time: daysAgo(60), site: 'x' }]);
    const all = await archived.rows();
    assert.equal((await archived.archive()).rows, 2, name);
    assert.deepEqual(await archived.together(), all, name);
  }
});
