/** Archives in a bucket, with an S3-compatible server: moto's. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ArchivedStore, batchId, daysAgo } from '../fixtures/archived-store.ts';
import { BUCKET_KEYS, BucketServer } from '../fixtures/bucket-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(120_000) };
const KEYS = new RegExp(Object.values(BUCKET_KEYS).join('|').replaceAll('+', '\\+'));
const HITS = [10, 40, 41, 75].flatMap((days) =>
  ['a.com', 'b.org', '::1'].map((site) => ({ site, time: daysAgo(days), path: `/${days}` })),
);

describe('an archive in a bucket', () => {
  let server: BucketServer;
  before(async () => {
    server = await BucketServer.start();
  }, options);
  after(() => server[Symbol.asyncDispose]());

  /** A store whose archive has its own bucket. */
  async function inBucket(
    t: Parameters<typeof ArchivedStore.open>[0],
    bucket: string,
    prefix = '/some/hits',
  ) {
    await server.makeBucket(bucket);
    return ArchivedStore.open(t, { location: `s3://${bucket}${prefix}`, ...server.access });
  }

  test('accepts hits, is read together with the store, and restores them', options, async (t) => {
    await using archived = await inBucket(t, 'usual');
    await archived.add(batchId(1), HITS);
    const all = await archived.rows();
    const summary = await archived.archive();
    assert.deepEqual([summary.rows, summary.days], [9, 9]);
    assert.equal((await archived.rows()).length, 3);
    const keys = await server.keys('usual');
    assert.equal(keys.length, 18);
    assert.ok(
      keys.every((key) => /^some\/hits\/(a\.com|b\.org|~3a~3a1)\/2026-0\d-\d\d\.[0-9a-f]{16}\./.test(key)),
    );
    const sizes = await Promise.all(keys.map(async (key) => (await server.get(`/usual/${key}`)).length));
    assert.equal(
      summary.archived_bytes,
      sizes.reduce((sum, size, index) => sum + (keys[index]!.endsWith('.parquet') ? size : 0), 0),
    );
    assert.deepEqual(await archived.together(), all);
    assert.equal((await archived.restore()).rows, 9);
    assert.deepEqual(await archived.rows(), all);
    assert.deepEqual(await archived.together(), all);
    const again = await archived.archive();
    assert.deepEqual([again.rows, again.already], [0, 9]);
    assert.deepEqual(await archived.together(), all);
  });

  test('may be the root of the bucket', options, async (t) => {
    await using archived = await inBucket(t, 'whole', '');
    await archived.add(batchId(1), HITS);
    const all = await archived.rows();
    await archived.archive();
    assert.deepEqual(await archived.together(), all);
  });

  test('has a part once its manifest exists, and not before', options, async (t) => {
    await using archived = await inBucket(t, 'halfway');
    await archived.add(batchId(1), HITS);
    const all = await archived.rows();
    await archived.archive({ site: 'a.com' });
    await archived.restore();
    for (const key of await server.keys('halfway')) {
      if (key.endsWith('.json')) await server.remove(`/halfway/${key}`);
    }
    assert.deepEqual(await archived.together(), all);
    await archived.archive();
    assert.deepEqual(await archived.together(), all);
    assert.equal((await archived.rows()).length, 3);
  });

  test('with a missing or different file is reported, and the store keeps its hits', options, async (t) => {
    await using archived = await inBucket(t, 'odd');
    await archived.add(batchId(1), HITS);
    const all = await archived.rows();
    await archived.archive();
    await archived.restore();
    const [first, second] = (await server.keys('odd')).filter((key) => key.endsWith('.parquet'));
    await server.put(`/odd/${first}`, await server.get(`/odd/${second}`));
    await assert.rejects(archived.restore(), { message: /is not what its manifest says/ });
    await assert.rejects(archived.archive(), { code: 'archive_failed' });
    await server.remove(`/odd/${first}`);
    await assert.rejects(archived.restore(), { message: /parquet is missing/ });
    assert.deepEqual(await archived.rows(), all);
  });

  test('that cannot be reached is reported without its keys', options, async (t) => {
    const places = [
      { location: 's3://nobody-has-this/hits', ...server.access },
      { location: 's3://usual/hits', ...BUCKET_KEYS, endpoint: 'http://127.0.0.1:9' },
    ];
    for (const at of places) {
      await using archived = await ArchivedStore.open(t, at);
      await archived.add(batchId(1), HITS);
      for (const work of [() => archived.archive(), () => archived.restore(), () => archived.reader()]) {
        const error = await work().then(
          () => assert.fail('it worked'),
          (fault) => fault,
        );
        assert.doesNotMatch(`${error.message}${error.stack}${JSON.stringify(error.cause)}`, KEYS);
      }
      assert.equal((await archived.rows()).length, HITS.length);
    }
  });
});
