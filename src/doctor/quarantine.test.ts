import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { hitOf } from '../../test/fixtures/hit.ts';
import { Shelf } from '../../test/fixtures/shelf.ts';
import { append, openSpool } from '../../test/fixtures/spool.ts';
import { HitError } from '../errors.ts';
import { quarantinedHits, requeue } from './quarantine.ts';

test('batches that are set aside are reported as delivered again only if they were', async (t) => {
  const shelf = new Shelf();
  let isRefused = true;
  const deliver: Shelf['deliver'] = async (segment) => {
    if (isRefused) throw new HitError('batch_rejected', 'not liked');
    await shelf.deliver(segment);
  };
  const { spool } = await openSpool(t, { sinks: [{ name: 'store', deliver }] });
  await append(spool, '/hit-1');
  spool.append(hitOf({ path: '/hit-2', bot: 'Googlebot' }), () => undefined);
  await spool.flush();
  // Live counts have no hits of bots.
  assert.equal(await quarantinedHits(spool), 1);
  assert.deepEqual(await requeue(spool), [{ what: '2 hits stay set aside: store: not liked', done: false }]);
  isRefused = false;
  assert.deepEqual(await requeue(spool), [
    { what: '1 batches with 2 hits that were set aside were delivered again', done: true },
  ]);
  assert.equal(await quarantinedHits(spool), 0);
  assert.deepEqual(shelf.paths, ['/hit-1', '/hit-2']);
});

test('hits whose file the operator deleted do not count as set aside', async (t) => {
  const deliver = () => Promise.reject(new HitError('batch_rejected', 'not liked'));
  const { spool } = await openSpool(t, { sinks: [{ name: 'store', deliver }] });
  for (const path of ['/hit-1', '/hit-2']) {
    await append(spool, path);
    await spool.flush();
  }
  assert.equal(await quarantinedHits(spool), 2);
  rmSync(spool.quarantine.batches[0]!.path);
  assert.equal(await quarantinedHits(spool), 1);
});
