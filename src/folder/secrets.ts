import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { DailySalts } from '../hit/salts.ts';
import { ImportKey } from './import-key.ts';
import { decodeSalts, type KeptSalts, SaltFile } from './salt-file.ts';

interface SecretsFile {
  /** Base64 of 16 bytes each. */
  readonly key: string;
  /** Missing in a backup. */
  readonly importSalt?: string | undefined;
  readonly adminToken: string;
}

/** Format of version 0.1: it contained the daily salts, each a digest of the previous one. */
interface OldSecretsFile extends SecretsFile {
  readonly salts?: unknown;
}

/** What to do about a file that cannot be read. */
const RESTORE = 'Restore it from a backup, or delete it: visitors then count again';

/**
 * Secrets that must survive a restart: `secrets.json` in the data folder, readable by its owner only. The daily salts,
 * which must not survive two days, are in `salts.json`.
 */
export class Secrets {
  /** Key for cookies and for visitors named by a trusted sender. */
  readonly key: Uint8Array;
  /** Salt for visitors in access logs, and of the logs' digests. Undefined in a restored backup, until it is put back. */
  readonly importSalt: Uint8Array | undefined;
  readonly adminToken: string;
  readonly salts: DailySalts;

  private constructor(content: SecretsFile, file: SaltFile, kept: KeptSalts, now: () => number) {
    this.key = fromBase64(content.key);
    this.importSalt = content.importSalt === undefined ? undefined : fromBase64(content.importSalt);
    this.adminToken = content.adminToken;
    this.salts = new DailySalts({
      ...kept,
      onChange: (salts, shared) => file.write({ salts, shared }),
      random: randomBytes,
      now,
    });
  }

  /**
   * The token of the scope `peer` that nodes with the same secrets send each other. Derived from the key, not from the admin token:
   * if somebody chose that one, it could be guessed from a derived one that was overheard.
   */
  get peerToken(): string {
    return `hp_${createHmac('sha256', this.key).update('peer token').digest('base64url')}`;
  }

  /** Key of the digests of imported logs, if the import salt is there. */
  get importKey(): ImportKey | undefined {
    return this.importSalt && new ImportKey(this.importSalt);
  }

  /**
   * Reads the secrets of a data folder, or creates them. Salts in the `secrets.json` of an older version move to
   * `salts.json`, so that visitors of the day keep their identity.
   *
   * @param shared file of secrets shared by several nodes: used if the folder has none, except for daily salts that an
   *   older version left in it; a restored backup takes its import salt
   * @throws HitError `data_dir_unusable` if they are damaged, cannot be written, or differ from the shared ones; hits on a
   *   day whose salt cannot be written throw it too
   */
  static open(folder: string, now: () => number = Date.now, shared?: string): Secrets {
    const path = join(folder, 'secrets.json');
    const given =
      shared === undefined
        ? undefined
        : read(shared, 'Copy it from another node, or create it with "hit-tracker secrets"');
    const found = existsSync(path) ? read(path, RESTORE) : undefined;
    const { salts: oldSalts, ...content }: OldSecretsFile = found ?? given ?? create();
    const restored = content.importSalt === undefined && given?.key === content.key && given.importSalt;
    const secrets = restored ? { ...content, importSalt: restored } : content;
    if (given && (given.key !== secrets.key || given.importSalt !== secrets.importSalt)) {
      throw new HitError(
        'data_dir_unusable',
        `${path} has other keys than ${shared}, and would identify visitors differently: omit --secrets, or start with an empty --data-dir`,
      );
    }
    const file = new SaltFile(folder);
    const storedSalts = file.read();
    if (found && oldSalts !== undefined) {
      const moved = { ...storedSalts, salts: { ...decodeSalts(oldSalts), ...storedSalts.salts } };
      // Write the target first: a crash between the two writes leaves both files, and the next start repeats the move.
      file.write(moved);
      writeAtomicallySync(path, textOf(secrets));
      return new Secrets(secrets, file, moved, now);
    }
    if (!found || restored) writeAtomicallySync(path, textOf(secrets));
    return new Secrets(secrets, file, storedSalts, now);
  }

  /**
   * Creates an import salt for a folder that has lost it: visitors of logs get other IDs from then on.
   *
   * @returns the key of logs that are imported from then on
   * @throws HitError `data_dir_unusable`
   */
  static replaceImportSalt(folder: string): ImportKey {
    const path = join(folder, 'secrets.json');
    const importSalt = randomBytes(16);
    writeAtomicallySync(path, textOf({ ...read(path, RESTORE), importSalt: toBase64(importSalt) }));
    return new ImportKey(importSalt);
  }

  /** The secrets of a folder as a backup has them: the import salt would reveal the addresses in imported logs. */
  static forBackup(text: string): string {
    return textOf({ ...checked(JSON.parse(text)), importSalt: undefined });
  }
}

function textOf(content: SecretsFile): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function create(): SecretsFile {
  return {
    key: toBase64(randomBytes(16)),
    importSalt: toBase64(randomBytes(16)),
    adminToken: randomBytes(24).toString('base64url'),
  };
}

/** @param advice what to do if it cannot be read */
function read(path: string, advice: string): OldSecretsFile {
  try {
    return checked(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new HitError('data_dir_unusable', `${path} cannot be read: ${messageOf(error)}. ${advice}`, {
      cause: error,
    });
  }
}

function checked(content: unknown): OldSecretsFile {
  const { key, importSalt, adminToken, ...rest } = fieldsOf(content);
  if (typeof adminToken !== 'string' || adminToken.length < 16) {
    throw new Error('"adminToken" is missing or shorter than 16 characters');
  }
  if (rest.salts !== undefined) decodeSalts(rest.salts);
  return {
    ...rest,
    key: checkedKey('key', key),
    ...(importSalt !== undefined && { importSalt: checkedKey('importSalt', importSalt) }),
    adminToken,
  };
}

function checkedKey(name: string, value: unknown): string {
  if (typeof value === 'string' && fromBase64(value).length === 16) return value;
  throw new Error(`"${name}" is not 16 bytes of base64`);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('the file is not a JSON object');
  }
  return { ...value };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
