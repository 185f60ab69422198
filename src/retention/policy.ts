import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import type { Ages } from '../settings/ages.ts';
import { DAY } from '../timing/units.ts';

/** How long hits, rollups and visits are kept. Sites are named as in the store. */
export interface RetentionPolicy {
  readonly hits: Ages;
  readonly rollups: Ages;
  readonly visits: Ages;
}

/**
 * Builds a policy from settings.
 *
 * @throws HitError `bad_setting` if a site is not a host name, or is named twice
 */
export function retentionPolicy(hits: Ages, rollups: Ages, visits: Ages): RetentionPolicy {
  return {
    hits: named(hits, '--keep-hits'),
    rollups: named(rollups, '--keep-rollups'),
    visits: named(visits, '--keep-visits'),
  };
}

/**
 * The retention cutoff: the start of a UTC day, so that a day is purged when all of it is too old.
 *
 * @param days how long data is kept
 * @returns milliseconds since 1970; 0 if it is kept forever
 */
export function cutoffOf(days: number, now: number): number {
  return Math.max(0, Math.floor((now - days * DAY) / DAY) * DAY);
}

function named({ default: age, bySite }: Ages, flag: string): Ages {
  const sites = new Map<string, number>();
  for (const [text, days] of bySite) {
    const site = siteName(text);
    if (site === '') throw new HitError('bad_setting', `${flag}: "${text}" is not a host name`);
    if (sites.has(site)) throw new HitError('bad_setting', `${flag}: ${site} is named twice`);
    sites.set(site, days);
  }
  return { default: age, bySite: sites };
}
