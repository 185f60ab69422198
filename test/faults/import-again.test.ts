import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A_DAY, DAY, DAYS, LOG, openLogFolder, READABLE, START, timeOf } from '../fixtures/purged-log.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(120_000) };

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

test('an import that was not purged stays known, whatever else is purged', options, async (t) => {
  const { take, purgeBefore, there } = await openLogFolder(t);
  await take(LOG);
  assert.equal(await purgeBefore(START), 0);
  assert.deepEqual(await take(LOG), { read: LOG.length, imported: 0, already: LOG.length });
  assert.equal(await there(), READABLE.length);
});
