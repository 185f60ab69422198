import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { siteName } from '../hit/site.ts';
import { writePrivateFile } from './private-file.ts';

const MOST = 10_000;

/** Sites whose badges and counters answer everybody: `sites.json` in the data folder. */
export class PublicSites {
  readonly #path: string;
  #sites: ReadonlySet<string>;

  private constructor(path: string, sites: readonly string[]) {
    this.#path = path;
    this.#sites = new Set(sites);
  }

  /** @throws HitError `data_dir_unusable` where the file is damaged */
  static open(folder: string): PublicSites {
    const path = join(folder, 'sites.json');
    return new PublicSites(path, existsSync(path) ? read(path) : []);
  }

  has(site: string): boolean {
    return this.#sites.has(site);
  }

  /**
   * @param site a host name, as `siteName` gives it
   * @throws HitError `invalid` where there are too many, `data_dir_unusable`
   */
  set(site: string, isPublic: boolean): void {
    if (this.has(site) === isPublic) return;
    const sites = new Set(this.#sites);
    if (isPublic) sites.add(site);
    else sites.delete(site);
    if (sites.size > MOST) throw new HitError('invalid', `${MOST} sites are public already`);
    writePrivateFile(this.#path, { public: [...sites] });
    this.#sites = sites;
  }
}

function read(path: string): string[] {
  try {
    const { public: sites } = JSON.parse(readFileSync(path, 'utf8')) as { public: unknown };
    const isSite = (site: unknown) => typeof site === 'string' && site !== '' && siteName(site) === site;
    if (!Array.isArray(sites) || !sites.every(isSite)) throw new Error('"public" is no list of sites');
    return sites;
  } catch (error) {
    throw new HitError(
      'data_dir_unusable',
      `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it: no site is public then`,
      { cause: error },
    );
  }
}
