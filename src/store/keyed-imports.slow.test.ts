/** Digests of imported logs of earlier versions, which had no key. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { closeAfter, openTracker } from '../../test/fixtures/embedded-store.ts';
import { file } from '../../test/fixtures/file-scope.ts';
import { killedAfter } from '../../test/fixtures/killed-client.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import {
  ADDRESS,
  chunksIn,
  importInto,
  logOf,
  plainChunks,
  plainRoot,
  withoutKey,
} from '../../test/fixtures/unkeyed-imports.ts';
import { Clients } from '../clickhouse/clients.ts';
import { SINGLE } from '../clickhouse/dialect.ts';
import { Secrets } from '../folder/secrets.ts';
import { writeBatchWithRecords } from '../spool/batch-records.ts';
import { keySpooledRecords } from '../spool/keyed-records.ts';
import { nameOf } from '../spool/segment.ts';
import { DBTracker } from '../trackers/db.ts';
import { keyImports } from './keyed-imports.ts';

const options = { timeout: scaledTimeout(240_000) };
const LOG = logOf(100);
const folder = temporaryFolder(file);
/** As an earlier version left it, and not opened since. */
const older = join(folder, 'older');

before(async () => {
  const db = await openTracker(file, { dataDir: older });
  assert.deepEqual(await importInto(db, older, LOG), { imported: 100, already: 0 });
  await withoutKey(db, Secrets.open(older).importKey!, LOG);
  await db.close();
}, options);

let copies = 0;
function copyOfOlder(): string {
  const copy = join(folder, `copy-${copies++}`);
  cpSync(older, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** That a folder knows each line of the log, and neither fewer nor more. */
async function assertKnown(dataDir: string, what: string): Promise<void> {
  const key = Secrets.open(dataDir).importKey!;
  await using db = await DBTracker.open({ dataDir });
  const stored = await (async () => {
    await using connection = db.store.dedicatedConnection();
    return chunksIn(connection, key.keyed(plainRoot(ADDRESS)));
  })();
  const plain = plainChunks(
    LOG,
    stored.map(({ bytes }) => Number(bytes)),
  );
  const keyed = plain.map(({ parent, digest, bytes }) => {
    return { parent: key.keyed(parent), digest: key.keyed(digest), bytes };
  });
  assert.deepEqual(stored, keyed, what);
  assert.ok(stored.length > 3);
  assert.deepEqual(await importInto(db, dataDir, LOG), { imported: 0, already: 100 }, what);
}

describe('a store whose logs were imported by a version without a key', () => {
  test('still knows their lines, also in a log that has grown or lost its end', options, async (t) => {
    const dataDir = copyOfOlder();
    const db = await DBTracker.open({ dataDir });
    closeAfter(t, db);
    const whole = logOf(150);
    await using connection = db.store.dedicatedConnection();
    const key = Secrets.open(dataDir).importKey!;
    const first = Number((await chunksIn(connection, key.keyed(plainRoot(ADDRESS))))[0]!.bytes);
    const shorter = LOG.slice(0, first);
    assert.deepEqual(await importInto(db, dataDir, shorter), {
      imported: 0,
      already: shorter.split('\n').length - 1,
    });
    assert.deepEqual(await importInto(db, dataDir, whole), { imported: 50, already: 100 });
    assert.deepEqual(await importInto(db, dataDir, whole), { imported: 0, already: 150 });
    assert.equal((await db.stats({ bots: 'include' })).totals.hits, 150);
    await db.close();
    await using again = await DBTracker.open({ dataDir });
    assert.deepEqual(await importInto(again, dataDir, whole), { imported: 0, already: 150 });
  });

  test('has all of them after the keying was killed at any statement', options, async () => {
    const passes: number[] = [];
    for (let passing = 0; ; passing++) {
      const dataDir = copyOfOlder();
      const clients = Clients.embedded(join(dataDir, 'store'));
      const key = Secrets.open(dataDir).importKey!;
      const killed = killedAfter(clients.writer, passing, ['query', 'insert', 'command']);
      const isWhole = await keyImports(killed, SINGLE, key, undefined, 3).then(
        () => true,
        () => false,
      );
      await clients.close();
      await assertKnown(dataDir, `killed after ${passing} statements`);
      passes.push(passing);
      if (isWhole) break;
    }
    assert.ok(passes.length >= 8, passes.join());
  });
});

test('the records of chunks that wait in the spool get a key, once, and stay valid', async (t) => {
  const spool = temporaryFolder(t);
  const dataDir = temporaryFolder(t);
  const key = Secrets.open(dataDir).importKey!;
  const [chunk] = plainChunks(LOG, [500]);
  const note = {
    root: plainRoot(ADDRESS),
    parent: chunk!.parent,
    digest: chunk!.digest,
    bytes: 500,
    site: 'a.example',
  };
  await writeBatchWithRecords(spool, nameOf(1_700_000_000_000, 7, 'noted'), [new Uint8Array(3)], {
    hits: 1,
    notes: [note],
  });
  const path = join(spool, readdirSync(spool).find((name) => name.endsWith('.note'))!);
  for (let i = 0; i < 2; i++) {
    await keySpooledRecords(spool, key);
    const { segment_bytes, crc, notes } = JSON.parse(readFileSync(path, 'utf8'));
    const keyed = {
      ...note,
      root: key.keyed(note.root),
      parent: key.keyed(note.parent),
      digest: key.keyed(note.digest),
    };
    assert.deepEqual([segment_bytes, crc, notes], [3, crc32(JSON.stringify([keyed])), [keyed]]);
  }
  writeFileSync(path, '{');
  await keySpooledRecords(spool, key);
  assert.equal(readFileSync(path, 'utf8'), '{');
});
