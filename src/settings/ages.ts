import { HitError } from '../errors.ts';
import { readAge, readList } from './setting.ts';

/** How long something is kept, in days; Infinity is for ever. */
export interface Ages {
  readonly usual: number;
  /** Of single sites, by their names as they were given. */
  readonly bySite: ReadonlyMap<string, number>;
}

/**
 * Reads `400d`, or with other ages of single sites `400d,a.com=30d,b.com=forever`.
 *
 * @param usual the age where only those of single sites are given
 */
export function readAges(usual: string) {
  return (text: string, flag: string): Ages => {
    const bySite = new Map<string, number>();
    let age: string | undefined;
    for (const item of readList(text, flag, '400d,a.com=30d,b.com=forever')) {
      const [, site, own] = /^([^=]*)=(.*)$/.exec(item) ?? [];
      if (site === undefined || own === undefined) {
        if (age !== undefined)
          throw new HitError('bad_setting', `${flag}: "${item}" is a second age for all sites`);
        age = item;
      } else {
        if (bySite.has(site)) throw new HitError('bad_setting', `${flag}: ${site} is named twice`);
        bySite.set(site, readAge(own, flag));
      }
    }
    return { usual: readAge(age ?? usual, flag), bySite };
  };
}

/** Ages as they are set: what `readAges` reads. */
export function agesText({ usual, bySite }: Ages): string {
  return [ageText(usual), ...Array.from(bySite, ([site, days]) => `${site}=${ageText(days)}`)].join(',');
}

/** `400d`, or `forever`. */
export function ageText(days: number): string {
  return days === Number.POSITIVE_INFINITY ? 'forever' : `${days}d`;
}
