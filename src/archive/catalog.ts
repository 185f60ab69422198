import { HitError } from '../errors.ts';
import { DAY } from '../timing/units.ts';
import { startOf } from './in-parts.ts';
import { type Part, parseManifest } from './manifest.ts';
import { type PartFile, parsePartFile, siteFolder } from './part-name.ts';
import type { ArchiveStorage } from './storage.ts';

/** Selects parts. */
export interface PartFilter {
  /** '' means all sites. */
  readonly site: string;
  /** Milliseconds since 1970 UTC; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The period of all parts. */
export const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** A part by its file name, with its manifest, or the reason why that cannot be read. */
interface Entry {
  readonly file: PartFile;
  readonly found: Part | HitError;
}

/** All parts of an archive, by their manifests. Each manifest is read once. */
export class Catalog {
  readonly #storage: ArchiveStorage;
  #listed: readonly string[] | undefined;
  #entries = new Map<string, Entry>();

  #version = 0;
  #loading: Promise<void> = Promise.resolve();

  constructor(storage: ArchiveStorage) {
    this.#storage = storage;
  }

  /** Changes when parts were added or removed. */
  get version(): number {
    return this.#version;
  }

  /** Whether no part was found: the location may be wrong, or not mounted. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Looks for parts that were added or removed. */
  refresh(): Promise<void> {
    // One refresh after another, so that an older listing does not replace a newer one.
    const loaded = this.#loading.then(() => this.#load());
    this.#loading = loaded.catch(() => undefined);
    return loaded;
  }

  async #load(): Promise<void> {
    const listed = await this.#storage.list();
    if (listed === this.#listed) return;
    const files = listed.map((path) => parsePartFile(path)!);
    const data = new Set(files.filter(({ type }) => type === 'parquet').map(({ part }) => part));
    const manifests = files.filter(({ type }) => type === 'json');
    const fresh = manifests.filter(({ part }) => !this.#known(part)).map(({ part }) => part);
    const texts = await this.#storage.manifests(fresh);
    const entries = new Map<string, Entry>();
    for (const file of manifests) {
      const found = data.has(file.part) ? this.#read(file.part, texts) : this.#incomplete(file.part);
      if (found) entries.set(file.part, { file, found });
    }
    this.#entries = entries;
    this.#listed = listed;
    this.#version++;
  }

  /**
   * The parts of a site and a period, by day.
   *
   * @throws HitError `archive_failed` if one of them is invalid
   */
  parts({ site, from, to }: PartFilter): Part[] {
    const folder = site === '' ? undefined : siteFolder(site);
    const parts: Part[] = [];
    for (const { file, found } of this.#entries.values()) {
      const start = startOf(file.day);
      if ((folder !== undefined && folder !== file.folder) || start >= to || start + DAY <= from) continue;
      if (found instanceof HitError) throw found;
      parts.push(found);
    }
    return parts.sort((a, b) => compare(a.manifest.day, b.manifest.day) || compare(a.name, b.name));
  }

  #known(part: string): Part | undefined {
    const found = this.#entries.get(part)?.found;
    return found instanceof HitError ? undefined : found;
  }

  #read(name: string, texts: ReadonlyMap<string, string>): Part | HitError | undefined {
    const known = this.#known(name);
    if (known) return known;
    const text = texts.get(name);
    // It was removed while being read.
    if (text === undefined) return undefined;
    try {
      return { name, manifest: parseManifest(name, text) };
    } catch (error) {
      if (error instanceof HitError)
        return new HitError(error.code, `${this.#storage.name}/${error.message}`);
      throw error;
    }
  }

  #incomplete(name: string): HitError {
    const message = `${this.#storage.name}/${name}.parquet is missing: restore it, or remove its manifest beside it`;
    return new HitError('archive_failed', message);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
