import { HitError } from '../errors.ts';
import { readAge, readList } from './setting.ts';

/** How long something is kept, in days; Infinity is forever. */
export interface Ages {
  readonly default: number;
  /** Of individual sites, by their names as they were given. */
  readonly bySite: ReadonlyMap<string, number>;
}

/**
 * Reads `400d`, or with other ages of individual sites `400d,a.com=30d,b.com=forever`.
 *
 * @param fallback the default, if only ages of individual sites are given
 */
export function readAges(fallback: string) {
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
    return { default: readAge(age ?? fallback, flag), bySite };
  };
}

/** Ages as they are set: what `readAges` reads. */
export function agesText({ default: age, bySite }: Ages): string {
  return [ageText(age), ...Array.from(bySite, ([site, days]) => `${site}=${ageText(days)}`)].join(',');
}

/** `400d`, or `forever`. */
export function ageText(days: number): string {
  return days === Number.POSITIVE_INFINITY ? 'forever' : `${days}d`;
}
