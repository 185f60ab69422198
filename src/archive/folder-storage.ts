import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { quote } from '../clickhouse/literals.ts';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomically } from '../files/atomic.ts';
import { syncFile, syncFolder } from '../files/durable.ts';
import { makeFolder } from '../files/make-folder.ts';
import { HIT_STRUCTURE } from './hit-columns.ts';
import { parsePartFile } from './part-name.ts';
import type { ArchiveStorage, StagedFile } from './storage.ts';

/** Characters that `file()` interprets as a pattern. */
const PATTERN_SIGNS = /[{}*?]/;
/** Milliseconds after which a folder's modification time reveals changes: file clocks are coarse. */
const MTIME_RESOLUTION = 2000;
/** Maximum number of manifests that are read concurrently. */
const AT_ONCE = 64;

/** The content of a folder at one time. */
interface Listing {
  readonly changed: number;
  /** Whether a later change would have a different modification time. */
  readonly isSettled: boolean;
  readonly entries: readonly string[];
}

/** An archive in a folder that this process and the engine both see. */
export class FolderStorage implements ArchiveStorage {
  readonly name: string;
  readonly #listings = new Map<string, Listing>();
  #files: readonly string[] = [];

  /** @throws HitError `bad_setting` */
  constructor(folder: string, isEngineHere: boolean) {
    if (!isEngineHere) {
      throw new HitError(
        'bad_setting',
        'a ClickHouse server does not see folders here: archive to s3://bucket/prefix',
      );
    }
    if (!isAbsolute(folder) || PATTERN_SIGNS.test(folder)) {
      throw new HitError(
        'bad_setting',
        `the archive's folder "${folder}" has one of { } * ? in its path: choose another`,
      );
    }
    this.name = folder;
  }

  async list(): Promise<readonly string[]> {
    const looks = new Map<string, Listing>();
    const isSame = await this.#listFolder('', 'folders', looks);
    const folders = looks.get('')?.entries ?? [];
    const same = await Promise.all(folders.map((folder) => this.#listFolder(folder, 'files', looks)));
    if (isSame && same.every(Boolean)) return this.#files;
    for (const folder of this.#listings.keys()) if (!looks.has(folder)) this.#listings.delete(folder);
    this.#files = folders.flatMap((folder) => looks.get(folder)!.entries);
    return this.#files;
  }

  async manifests(parts: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (let at = 0; at < parts.length; at += AT_ONCE) {
      const some = parts.slice(at, at + AT_ONCE);
      const read = await Promise.all(
        some.map((part) => readFile(this.#path(`${part}.json`), 'utf8').catch(undefinedIfMissing)),
      );
      for (const [index, text] of read.entries()) if (text !== undefined) texts.set(some[index]!, text);
    }
    return texts;
  }

  async putManifest(part: string, text: string): Promise<void> {
    const path = this.#path(`${part}.json`);
    try {
      await writeAtomically(path, text, { mode: 0o666, temporary: temporaryOf(path) });
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  table(parts: readonly string[]): string {
    // All parts are in one pair of braces, so that the engine tries these paths and lists no folder.
    return fileTable(this.#path(`{${parts.join(',')}}.parquet`));
  }

  async stage(part: string): Promise<StagedFile> {
    const path = this.#path(`${part}.parquet`);
    const temporary = temporaryOf(path);
    try {
      makeFolder(dirname(path));
      await removeOldStagingFiles(path);
      await syncFolder(this.name);
    } catch (error) {
      throw unwritable(path, error);
    }
    return {
      table: fileTable(temporary),
      async commit() {
        try {
          await syncFile(temporary);
          const digest = await digestOf(temporary);
          await rename(temporary, path);
          await syncFolder(dirname(path));
          return digest;
        } catch (error) {
          throw unwritable(path, error);
        }
      },
      discard: () => rm(temporary, { force: true }),
    };
  }

  clean(message: string): string {
    return message;
  }

  #path(file: string): string {
    return join(this.name, file);
  }

  /** Lists a folder, unless it is unchanged. @returns whether it is unchanged */
  async #listFolder(
    folder: string,
    kind: 'folders' | 'files',
    looks: Map<string, Listing>,
  ): Promise<boolean> {
    const path = this.#path(folder);
    const before = this.#listings.get(folder);
    try {
      const { mtimeMs: changed } = await stat(path);
      if (before?.isSettled && before.changed === changed) {
        looks.set(folder, before);
        return true;
      }
      const isSettled = Date.now() - changed > MTIME_RESOLUTION;
      const found = await readdir(path, { withFileTypes: true });
      const entries = found
        .filter((entry) => (kind === 'folders' ? entry.isDirectory() : entry.isFile()))
        .map(({ name }) => (kind === 'folders' ? name : `${folder}/${name}`))
        .filter((name) => kind === 'folders' || parsePartFile(name) !== undefined)
        .sort();
      const look = { changed, isSettled, entries };
      looks.set(folder, look);
      this.#listings.set(folder, look);
      return before !== undefined && before.entries.join() === entries.join();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        looks.set(folder, { changed: 0, isSettled: false, entries: [] });
        return false;
      }
      throw new HitError('archive_failed', `the archive ${path} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

function fileTable(path: string): string {
  return `file(${quote(path)}, Parquet, ${quote(HIT_STRUCTURE)})`;
}

/** A hidden name for this part, which no other process uses. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.new`);
}

/** Removes leftovers of processes that were killed while writing this part. */
async function removeOldStagingFiles(path: string): Promise<void> {
  const prefix = `.${basename(path).split('.')[0]}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith('.new')) continue;
    await rm(join(dirname(path), name), { force: true });
  }
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw new HitError('archive_failed', messageOf(error), { cause: error });
  return undefined;
}

function unwritable(path: string, error: unknown): HitError {
  const message = `${path} cannot be written: ${messageOf(error)}; nothing was removed from the store`;
  return new HitError('archive_failed', message, { cause: error });
}
