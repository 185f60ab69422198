import { quote } from '../clickhouse/literals.ts';
import { HitError } from '../errors.ts';
import type { Engine } from './engine.ts';
import { HIT_STRUCTURE } from './hit-columns.ts';
import { parsePartFile } from './part-name.ts';
import type { ArchiveStorage, BucketAccess, StagedFile } from './storage.ts';

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w.=/-]*))?$/;
const DEFAULT_REGION = 'us-east-1';
/** Maximum number of manifests that one statement reads. */
const AT_ONCE = 500;
const TEXT = "RawBLOB, 'text String'";

/** What this needs of the engine: a reader of the archive only queries. */
type BucketEngine = Pick<Engine, 'ask'> & Partial<Pick<Engine, 'command'>>;

/**
 * An archive in a bucket of an S3-compatible service. ClickHouse accesses the service itself, so files do not pass through
 * this process. An object exists whole or not at all, and nothing can be removed: a file that never got its manifest stays,
 * does not belong to the archive, and is overwritten when its part is written again.
 */
export class BucketStorage implements ArchiveStorage {
  readonly name: string;
  readonly #engine: BucketEngine;
  readonly #url: string;
  /** `bucket/prefix/`, the engine's prefix of file names. */
  readonly #root: string;
  readonly #keys: string;
  readonly #secrets: readonly string[];
  #files: readonly string[] = [];

  /** @throws HitError `bad_setting` */
  constructor(location: string, access: BucketAccess, engine: BucketEngine) {
    const [, bucket, prefix = ''] = LOCATION.exec(location) ?? [];
    if (bucket === undefined) {
      throw new HitError(
        'bad_setting',
        `"${location}" is not s3://bucket/prefix: a bucket has 3 to 63 of a-z 0-9 . - and a prefix letters, digits and _ . = / -`,
      );
    }
    const { endpoint, region = DEFAULT_REGION, accessKey, secretKey } = access;
    if ((accessKey === undefined) !== (secretKey === undefined)) {
      throw new HitError(
        'bad_setting',
        'HIT_S3_ACCESS_KEY and HIT_S3_SECRET_KEY belong together: set both or neither',
      );
    }
    const service = (endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, '');
    if (!/^https?:\/\/[\w.:[\]-]+$/.test(service)) {
      throw new HitError('bad_setting', 'the S3 endpoint is not a URL such as https://s3.example.com');
    }
    const folders = prefix.split('/').filter((folder) => folder !== '');
    if (folders.some((folder) => /^\.+$/.test(folder))) {
      throw new HitError('bad_setting', `"${location}" has . or .. as a folder`);
    }
    this.#root = [bucket, ...folders, ''].join('/');
    this.name = `s3://${this.#root.slice(0, -1)}`;
    this.#url = `${service}/${this.#root}`;
    this.#keys = accessKey === undefined ? '' : `, ${quote(accessKey)}, ${quote(secretKey!)}`;
    this.#secrets = [accessKey, secretKey].filter((key) => key !== undefined);
    this.#engine = engine;
  }

  async list(): Promise<readonly string[]> {
    const files = this.#objects('*/*.{json,parquet}', "One, 'nothing UInt8'");
    const found = await this.#query<{ path: string }>('archive_files', { files });
    const paths = found.map(({ path }) => this.#relative(path)).filter((path) => parsePartFile(path));
    paths.sort();
    if (paths.join() !== this.#files.join()) this.#files = paths;
    return this.#files;
  }

  async manifests(parts: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (let at = 0; at < parts.length; at += AT_ONCE) {
      const files = this.#objects(`{${parts.slice(at, at + AT_ONCE).join(',')}}.json`, TEXT);
      const found = await this.#query<{ path: string; text: string }>('archive_texts', { files });
      for (const { path, text } of found) texts.set(this.#relative(path).replace(/\.json$/, ''), text);
    }
    return texts;
  }

  async putManifest(part: string, text: string): Promise<void> {
    await this.#command('archive_put', { file: this.#objects(`${part}.json`, TEXT), text: quote(text) });
  }

  table(parts: readonly string[]): string {
    return this.#objects(`{${parts.join(',')}}.parquet`, `Parquet, ${quote(HIT_STRUCTURE)}`);
  }

  async stage(part: string): Promise<StagedFile> {
    const file = `${part}.parquet`;
    return {
      table: this.#objects(file, `Parquet, ${quote(HIT_STRUCTURE)}`),
      commit: async () => {
        const [digest] = await this.#query<{ bytes: string | number; sha256: string }>('archive_digest', {
          file: this.#objects(file, TEXT),
        });
        return { bytes: Number(digest?.bytes), sha256: digest?.sha256 ?? '' };
      },
      discard: async () => undefined,
    };
  }

  clean(message: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, '…'), message);
  }

  #objects(pattern: string, format: string): string {
    return `s3(${quote(this.#url + pattern)}${this.#keys}, ${format})`;
  }

  #relative(path: string): string {
    return path.startsWith(this.#root) ? path.slice(this.#root.length) : path;
  }

  #query<Row>(query: string, fragments: Record<string, string>): Promise<Row[]> {
    return this.#engine.ask<Row>(query, fragments);
  }

  async #command(query: string, fragments: Record<string, string>): Promise<void> {
    if (!this.#engine.command) throw new HitError('internal', 'a reader of an archive wrote into it');
    await this.#engine.command(query, fragments);
  }
}
