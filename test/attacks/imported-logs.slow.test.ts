/** A backup does not reveal the addresses in imported logs, and neither does a store of an earlier version after the upgrade. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ImportKey } from '../../src/folder/import-key.ts';
import { Secrets } from '../../src/folder/secrets.ts';
import { agentOf } from '../../src/hit/agent.ts';
import { hex64, KeyedHash } from '../../src/hit/hash.ts';
import { backUp } from '../../src/store/backup.ts';
import { DBTracker } from '../../src/trackers/db.ts';
import { run } from '../fixtures/command-line.ts';
import { openTracker } from '../fixtures/embedded-store.ts';
import { file } from '../fixtures/file-scope.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import {
  ADDRESS,
  AGENT,
  firstLine,
  importInto,
  logOf,
  plainRoot,
  SITE,
  sha256,
  withoutKey,
} from '../fixtures/unkeyed-imports.ts';

const options = { timeout: scaledTimeout(240_000) };
const LOG = logOf(100);
const folder = temporaryFolder(file);
const [original, backup, older] = ['original', 'backup', 'older'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

before(async () => {
  const db = await openTracker(file, { dataDir: original });
  assert.deepEqual(await importInto(db, original, LOG), { imported: 100, already: 0 });
  await backUp({ store: db.store, spool: db.spool, dataDir: original }, backup);
  await withoutKey(db, Secrets.open(original).importKey!, LOG);
  await db.close();
  cpSync(original, older, { recursive: true, verbatimSymlinks: true });
}, options);

/** All secrets in the files of a data folder. */
function secretsOf(dataDir: string): Uint8Array[] {
  return ['secrets.json', 'salts.json'].flatMap((name) => {
    const path = join(dataDir, name);
    if (!existsSync(path)) return [];
    return Array.from(readFileSync(path, 'utf8').matchAll(/"([\w+/]{22}==)"/g), ([, text = '']) =>
      Buffer.from(text, 'base64'),
    );
  });
}

/** What the store would contain if this were the address on the first line: all that an attacker can compute. */
function guessesOf(address: string, secrets: readonly Uint8Array[]): string[] {
  const root = plainRoot(address);
  const head = sha256(firstLine(address)).slice(0, 8);
  const keyed = secrets.flatMap((secret) => {
    const key = new ImportKey(secret);
    const { high, low } = new KeyedHash(secret).digestVisitor(SITE, address, agentOf(AGENT).digest);
    return [key.keyed(root), key.headed(head), hex64(high, low)];
  });
  return [root, head, ...keyed];
}

/**
 * Tries 256 addresses.
 *
 * @returns those that the store confirms
 */
async function revealedBy(db: DBTracker, secrets: readonly Uint8Array[]): Promise<string[]> {
  await using connection = db.store.dedicatedConnection();
  const stored = await connection.rows<{ text: string }>(
    `SELECT DISTINCT arrayJoin([root, parent, digest]) AS text FROM imports
      UNION ALL SELECT DISTINCT lower(leftPad(hex(visitor), 16, '0')) FROM hits`,
  );
  const text = stored.map((row) => `\n${row.text}`).join('');
  const candidates = Array.from({ length: 256 }, (_, i) => `203.0.113.${i}`);
  return candidates.filter((address) =>
    guessesOf(address, secrets).some((guess) => text.includes(`\n${guess}`)),
  );
}

describe('the address on the first line of an imported log', () => {
  test('is not revealed by a backup, with all secrets in it', options, async () => {
    await using db = await DBTracker.open({ dataDir: backup });
    assert.deepEqual(await revealedBy(db, secretsOf(backup)), []);
    // The attack works: with the secret that the backup does not have, it succeeds.
    assert.deepEqual(await revealedBy(db, secretsOf(original)), [ADDRESS]);
  });

  test('is not revealed by the store that an earlier version left, once it is opened', options, async () => {
    const { importSalt } = Secrets.open(older);
    await using db = await DBTracker.open({ dataDir: older });
    assert.deepEqual(await revealedBy(db, []), []);
    await withoutKey(db, new ImportKey(importSalt!), LOG);
    assert.deepEqual(await revealedBy(db, []), [ADDRESS]);
  });
});

describe('a backup that is restored', () => {
  test('refuses logs until it gets the original secrets, and then knows all lines', options, async () => {
    const restored = join(folder, 'restored');
    cpSync(backup, restored, { recursive: true, verbatimSymlinks: true });
    {
      await using db = await DBTracker.open({ dataDir: restored });
      await assert.rejects(importInto(db, restored, LOG), { code: 'import_failed', message: /--secrets/ });
      assert.equal((await db.stats({ bots: 'include' })).totals.hits, 100);
    }
    const log = join(folder, 'access.log');
    writeFileSync(log, LOG);
    const refused = await run(['import', '--data-dir', restored, '--site', SITE, log]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /restored from a backup.*--secrets/);

    Secrets.open(restored, Date.now, join(original, 'secrets.json'));
    await using db = await DBTracker.open({ dataDir: restored });
    assert.deepEqual(await importInto(db, restored, logOf(120)), { imported: 20, already: 100 });
  });

  test('forgets logs only on request, and all of them', options, async () => {
    const restored = join(folder, 'forgetful');
    cpSync(backup, restored, { recursive: true, verbatimSymlinks: true });
    assert.equal((await run(['secrets', '--data-dir', restored, '--forget-imports'])).code, 0);
    {
      await using db = await DBTracker.open({ dataDir: restored });
      assert.deepEqual(await importInto(db, restored, LOG), { imported: 100, already: 0 });
      assert.deepEqual(await importInto(db, restored, LOG), { imported: 0, already: 100 });
    }
    const again = await run(['secrets', '--data-dir', restored, '--forget-imports']);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /nothing is lost/);
  });
});

test('a folder with another import salt than its store refuses logs', options, async () => {
  const other = join(folder, 'other');
  cpSync(original, other, { recursive: true, verbatimSymlinks: true });
  {
    // The upgrade, with the right salt.
    await using _ = await DBTracker.open({ dataDir: other });
  }
  Secrets.replaceImportSalt(other);
  await using db = await DBTracker.open({ dataDir: other });
  await assert.rejects(importInto(db, other, LOG), { code: 'import_failed', message: /another import salt/ });
  assert.equal((await db.stats({ bots: 'include' })).totals.hits, 100);
});
