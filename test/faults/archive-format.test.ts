/** Archives of earlier versions, whose files lack the columns that came since. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ARCHIVE_FORMAT, columnsOf } from '../../src/archive/hit-columns.ts';
import { manifestText, parseManifest } from '../../src/archive/manifest.ts';
import { partName } from '../../src/archive/part-name.ts';
import type { Hit } from '../../src/hit/hit.ts';
import { ArchivedStore, batchId, daysAgo } from '../fixtures/archived-store.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(60_000) };
const OLD_FORMATS = Array.from({ length: ARCHIVE_FORMAT - 1 }, (_, at) => at + 1);

/** Hits as a version with that format had them: what it did not know has the defaults of its columns. */
async function addOld(archived: ArchivedStore, format: number, hits: readonly Partial<Hit>[]): Promise<void> {
  const batch = batchId(1);
  const columns = columnsOf(format);
  await archived.add(batch, hits);
  const { folder } = archived;
  const file = `file('${join(folder, `old-${batch}.parquet`)}', Parquet)`;
  await archived.run(`INSERT INTO FUNCTION ${file} SELECT ${columns} FROM hits WHERE batch = ${batch}`);
  await archived.run(`ALTER TABLE hits DELETE WHERE batch = ${batch} SETTINGS mutations_sync = 1`);
  await archived.run(
    `INSERT INTO hits (${columns}) SETTINGS insert_deduplicate = 0 SELECT ${columns} FROM ${file}`,
  );
}

/** Rewrites all parts of an archive in an older format. */
async function age({ at, store }: ArchivedStore, format: number): Promise<number> {
  const columns = columnsOf(format);
  const manifests = readdirSync(at.location, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  );
  await using connection = store.dedicatedConnection();
  for (const file of manifests) {
    const name = file.replace(/\.json$/, '');
    const path = (part: string, end: string) => join(at.location, `${part}.${end}`);
    const manifest = parseManifest(name, readFileSync(path(name, 'json'), 'utf8'));
    assert.equal(manifest.format, ARCHIVE_FORMAT);
    const now = `file('${path(name, 'parquet')}', Parquet)`;
    const [sum] = await connection.rows<{ checksum: string }>(
      `SELECT toString(sum(cityHash64(${columns}))) AS checksum FROM ${now}`,
    );
    const { checksum } = sum!;
    const old = partName(manifest.site, manifest.day, checksum);
    await connection.command(
      `INSERT INTO FUNCTION file('${path(old, 'parquet')}', Parquet) SELECT ${columns} FROM ${now}`,
    );
    const bytes = readFileSync(path(old, 'parquet'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const text = manifestText({ ...manifest, format, checksum, bytes: bytes.length, sha256 });
    writeFileSync(path(old, 'json'), text);
    for (const end of ['json', 'parquet']) rmSync(path(name, end));
  }
  return manifests.length;
}

const HITS: Partial<Hit>[] = Array.from({ length: 12 }, (_, i) => ({
  site: i % 2 === 0 ? 'a.com' : 'b.org',
  time: daysAgo(45 + (i % 3)) + i,
  visitorLow: i % 5,
  path: `/${i % 4}`,
  bot: i % 6 === 0 ? 'bot' : '',
}));
const NEW: Partial<Hit> = {
  ...{ hostname: 'www.a.com', utmTerm: 'shoes', utmContent: 'blue', clickId: 'gclid', region: 'DE-BE' },
  ...{ city: 'Berlin', browserVersion: '133', osVersion: '10.15', screen: 'Laptop', value: '-19.90' },
  ...{ currency: 'EUR', interactive: false, engaged: 12_000, scroll: 80, bytes: 512, responseTime: 1500 },
};

for (const format of OLD_FORMATS) {
  describe(`an archive of format ${format}`, () => {
    test(
      'is read with the defaults of the columns that it lacks, and restored as it was',
      options,
      async (t) => {
        await using archived = await ArchivedStore.open(t);
        await addOld(archived, format, HITS);
        const all = await archived.rows();
        await archived.archive();
        assert.ok((await age(archived, format)) > 1);
        assert.deepEqual(await archived.rows(), []);
        assert.deepEqual(await archived.together(), all);
        const { rows } = await archived.restore();
        assert.equal(rows, HITS.length);
        assert.deepEqual(await archived.rows(), all);
        assert.deepEqual(await archived.together(), all);
        const again = await archived.archive();
        assert.deepEqual([again.rows, again.already], [0, HITS.length]);
        assert.deepEqual(await archived.together(), all);
      },
    );

    test('takes later hits as further parts, with all that is known of them', options, async (t) => {
      await using archived = await ArchivedStore.open(t);
      await addOld(archived, format, HITS);
      await archived.archive();
      await age(archived, format);
      await archived.add(
        batchId(2),
        HITS.map((hit) => ({ ...hit, ...NEW })),
      );
      const late = await archived.rows();
      assert.match(
        late[0]!,
        /"www\.a\.com","shoes","blue","gclid","DE-BE","Berlin","133","10\.15","Laptop",-?"?-19\.9/,
      );
      const all = await archived.together();
      assert.equal(all.length, 2 * HITS.length);
      assert.equal((await archived.archive()).rows, HITS.length);
      assert.deepEqual(await archived.together(), all);
      await archived.restore();
      assert.deepEqual(await archived.rows(), all);
      assert.equal((await archived.archive()).already, all.length);
      assert.deepEqual(await archived.together(), all);
    });

    test('that has other hits than the store is found out, and nothing is removed', options, async (t) => {
      await using archived = await ArchivedStore.open(t);
      await addOld(archived, format, HITS);
      await archived.archive();
      await age(archived, format);
      await archived.restore();
      await archived.run(
        "ALTER TABLE hits UPDATE title = 'forged' WHERE path = '/1' SETTINGS mutations_sync = 1",
      );
      const there = await archived.rows();
      await assert.rejects(archived.archive(), /has other hits/);
      assert.deepEqual(await archived.rows(), there);
    });
  });
}
