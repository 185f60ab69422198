import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { Lines } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { writtenGroup } from '../../test/fixtures/written-rows.ts';
import { HitError } from '../errors.ts';
import { Store } from '../store/store.ts';
import { recheck } from './recheck.ts';
import { nameOf, type Segment, segmentOf as segmentIn } from './segment.ts';
import type { Sink } from './sink.ts';
import { Spool } from './spool.ts';

const GROUPS = 5;
const A_GROUP = 20;

test('a segment that the disk corrupts while it waits costs one group, and the rest is delivered', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  placeEmptyStore(join(folder, 'store'));
  await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'store') });
  let isOpen = false;
  /** The store, opened after a while. */
  const sink: Sink = {
    name: 'store',
    deliver: async (segment) => {
      if (!isOpen) throw new HitError('store_full', 'no room yet');
      await store.deliver(segment);
    },
  };
  const log = new Lines();
  const spoolFolder = join(folder, 'spool');
  await using spool = await Spool.open({
    folder: spoolFolder,
    durability: 'process',
    maxBytes: 1e9,
    sinks: [sink],
    log,
  });
  const append = (path: string) =>
    new Promise<void>((resolve, reject) => {
      spool.append(hitOf({ site: 'a.example', path }), (fault) => (fault ? reject(fault) : resolve()));
    });
  for (let group = 0; group < GROUPS; group++) {
    await Promise.all(Array.from({ length: A_GROUP }, (_, i) => append(`/${group}/${i}`)));
  }
  const first = spool.flush();
  const waiting = () => readdirSync(spoolFolder).filter((name) => name.endsWith('.rows'));
  while (waiting().length === 0 || spool.failing.length === 0) await new Promise(setImmediate);
  await append('/after');
  const path = join(spoolFolder, waiting()[0]!);
  // The length of the first site, so that the rest is misread. Nothing else is changed, since the file may be read meanwhile.
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.of(0x7f), 0, 1, 0);
  closeSync(file);
  isOpen = true;
  await first;
  await spool.flush();
  await using connection = store.dedicatedConnection();
  const rows = await connection.rows<{ path: string }>('SELECT path FROM hits');
  const wanted = ['/after'];
  for (let group = 1; group < GROUPS; group++)
    for (let i = 0; i < A_GROUP; i++) wanted.push(`/${group}/${i}`);
  assert.deepEqual(rows.map((row) => row.path).sort(), wanted.sort());
  assert.equal(spool.damage.segments, 1);
  assert.deepEqual(spool.failing, []);
  assert.equal(readdirSync(join(spoolFolder, 'damaged')).length, 1);
  assert.ok(log.all.some((line) => line.includes('is damaged')));
});

test('a segment that was cut between two groups is delivered as far as it exists, and the loss is logged', async (t) => {
  const folder = temporaryFolder(t);
  const segment = segmentIn(folder, nameOf(1, 7, 'rows'), { bytes: 0, hits: 3, records: [] });
  const [first, second] = [[hitOf(), hitOf()], [hitOf({ path: '/lost' })]].map((hits) =>
    writtenGroup(hits, segment.layout),
  );
  writeFileSync(segment.path, Buffer.concat([first!, second!]));
  const whole: Segment = { ...segment, bytes: first!.length + second!.length };
  assert.equal(await recheck(whole, new Lines()), undefined);
  truncateSync(whole.path, first!.length);
  const log = new Lines();
  const damage = await recheck(whole, log);
  assert.deepEqual([damage?.bytes, damage?.hits, damage?.isMore], [second!.length, 1, false]);
  assert.deepEqual([whole.bytes, whole.hits], [first!.length, 2]);
  assert.deepEqual(readFileSync(whole.path), first);
  assert.match(log.all.join(), /with 1 hits are lost, 2 hits are kept/);
  assert.equal(await recheck(whole, log), undefined);
});
