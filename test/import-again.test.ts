import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A_DAY, DAY, DAYS, LOG, openLogFolder, READABLE, START, timeOf } from './fixtures/purged-log.ts';

const options = { timeout: 120_000 };

test('a log that was purged can be imported again, and is counted once', options, async (t) => {
  const { take, purgeBefore, there, rolled, pages } = await openLogFolder(t);
  const all = READABLE.length;
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: all, already: 0 });
  const before = await pages();
  // Half of it is purged, in the middle of batches; then all of it.
  for (const moment of [START + 17 * DAY, START + DAYS * DAY]) {
    const purged = await purgeBefore(moment);
    assert.equal(purged, READABLE.filter((line) => timeOf(line) < moment).length);
    assert.equal(await there(), all - purged);
    assert.equal(await rolled(), all);
    assert.ok((await take(LOG)).imported >= purged);
    assert.equal(await there(), all);
    assert.equal(await rolled(), all);
    assert.deepEqual(await pages(), before);
    assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  }
});

test('a part of a purged log restores only whole batches, and never doubles one', options, async (t) => {
  const { take, purgeBefore, there, rolled } = await openLogFolder(t);
  await take(LOG);
  await purgeBefore(START + DAYS * DAY);
  assert.equal(await there(), 0);
  await take(LOG.slice(0, LOG.length / 2));
  const some = await there();
  assert.ok(some <= READABLE.length / 2 + A_DAY);
  await take(LOG);
  assert.equal(await there(), READABLE.length);
  assert.equal(await rolled(), READABLE.length);
});

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

test('an import that was not purged stays known, whatever else is purged', options, async (t) => {
  const { take, purgeBefore, there } = await openLogFolder(t);
  await take(LOG);
  assert.equal(await purgeBefore(START), 0);
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  assert.equal(await there(), READABLE.length);
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
  // So a purge deletes nothing that was not counted.
  await purgeBefore(START + DAYS * DAY);
  assert.equal(await rolled(), READABLE.length);
});
