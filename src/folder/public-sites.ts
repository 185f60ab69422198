import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';

/** Limit of public sites; more than anyone marks by hand. */
const MOST_SITES = 10_000;

/**
 * Sites whose counts are public on badges and counters: `sites.json` in the data folder.
 *
 * @example
 * const sites = new PublicSites('./data');
 * sites.set('example.com', true);
 * sites.has('example.com'); // true
 */
export class PublicSites {
  readonly #path: string;
  readonly #sites: Set<string>;

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  constructor(folder: string) {
    this.#path = join(folder, 'sites.json');
    this.#sites = new Set(read(this.#path));
  }

  /** @param site name as stored */
  has(site: string): boolean {
    return this.#sites.has(site);
  }

  /** @throws HitError `data_dir_unusable` */
  removeSite(site: string): void {
    this.set(site, false);
  }

  /** @throws HitError `invalid` if the limit is exceeded; `data_dir_unusable`, and nothing is changed then */
  set(site: string, isPublic: boolean): void {
    if (this.has(site) === isPublic) return;
    if (isPublic && this.#sites.size >= MOST_SITES) {
      throw new HitError('invalid', `${MOST_SITES} sites are already public`);
    }
    const sites = isPublic ? [...this.#sites, site] : [...this.#sites].filter((each) => each !== site);
    writeAtomicallySync(this.#path, `${JSON.stringify({ public: sites.sort() }, null, 2)}\n`);
    if (isPublic) this.#sites.add(site);
    else this.#sites.delete(site);
  }
}

function read(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    const { public: sites } = JSON.parse(readFileSync(path, 'utf8')) as { public?: unknown };
    if (Array.isArray(sites) && sites.every((site) => typeof site === 'string')) return sites;
    throw new Error('it holds no list of sites');
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it: no site is public then`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}
