/** Logs whose hits, or what is known of them, were lost: imported again, they are there once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, DAYS, LOG, openLogFolder, READABLE, START } from '../fixtures/purged-log.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(120_000) };

test('a log whose hits are missing can be imported again, whatever the ledger says', options, async (t) => {
  const { db, take, there, rolled, pages } = await openLogFolder(t);
  await take(LOG);
  await db.rollups.rollUp();
  const before = await pages();
  {
    await using connection = db.store.dedicatedConnection();
    await connection.command('ALTER TABLE hits DROP PARTITION 202402');
  }
  assert.ok((await there()) < READABLE.length);
  await take(LOG);
  assert.equal(await there(), READABLE.length);
  assert.deepEqual(await pages(), before);
  assert.equal(await rolled(), READABLE.length);
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
});

test('nothing is imported while it is unknown what was imported before', options, async (t) => {
  const { db, take, there } = await openLogFolder(t);
  await take(LOG);
  const hits = await there();
  await using connection = db.store.dedicatedConnection();
  await connection.command("ALTER TABLE imports DETACH PARTITION ID 'all'");
  await assert.rejects(take(LOG), {
    code: 'import_failed',
    message: /imports\/\S+\): restore a backup, or delete \//,
  });
  assert.equal(await there(), hits);
  await connection.command("ALTER TABLE imports ATTACH PARTITION ID 'all'");
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
});

test('restored hits are counted even if their batch was rolled up without them', options, async (t) => {
  const { db, take, purgeBefore, there, rolled } = await openLogFolder(t);
  await take(LOG);
  {
    await using connection = db.store.dedicatedConnection();
    await connection.command('ALTER TABLE hits DROP PARTITION 202402');
  }
  await db.rollups.rollUp();
  assert.ok((await rolled()) < READABLE.length);
  await take(LOG);
  assert.equal(await there(), READABLE.length);
  assert.equal(await rolled(), READABLE.length);
  // So a purge takes nothing that was not counted.
  await purgeBefore(START + DAYS * DAY);
  assert.equal(await rolled(), READABLE.length);
});
